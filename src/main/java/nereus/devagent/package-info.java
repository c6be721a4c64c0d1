/**
 * The embedded Nomad-compatible agent, an island: it speaks only HTTP and WebSocket to the rest of the house.
 */
@NullMarked
package nereus.devagent;

import org.jspecify.annotations.NullMarked;
