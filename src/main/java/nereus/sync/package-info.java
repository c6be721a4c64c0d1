/**
 * Learns the truth from Nomad: open the stream, take the snapshot, apply events, again after each break.
 *
 * <p>Threads: one virtual thread, which may block.
 */
@NullMarked
package nereus.sync;

import org.jspecify.annotations.NullMarked;
