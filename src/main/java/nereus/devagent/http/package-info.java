/**
 * The agent's HTTP and WebSocket face, as Nomad 2.0.5 answers.
 *
 * <p>Threads: Vert.x event loops, which never block.
 */
@NullMarked
package nereus.devagent.http;

import org.jspecify.annotations.NullMarked;
