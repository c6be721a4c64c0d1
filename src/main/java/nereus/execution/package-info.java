/**
 * One command's streams relayed to one client WebSocket, over the launcher's channels in the runner.
 *
 * <p>Threads: a relay lives on one event-loop context together with all its sockets, so it has no locks and never blocks.
 */
@NullMarked
package nereus.execution;

import org.jspecify.annotations.NullMarked;
