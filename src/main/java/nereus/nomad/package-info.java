/**
 * Everything said on the wire to Nomad: jobs, allocations, nodes, variables, the event stream, exec.
 *
 * <p>Threads: the methods of {@link nereus.nomad.Nomad} and {@link nereus.nomad.EventStream} block and are called from virtual
 * threads only; exec sockets live on the Vert.x context that opened them and never block.
 */
@NullMarked
package nereus.nomad;

import org.jspecify.annotations.NullMarked;
