/**
 * One process at a time: each start raises a number in Nomad, and whoever sees a higher one than its own ends.
 *
 * <p>Threads: any virtual thread, which may block.
 */
@NullMarked
package nereus.epoch;

import org.jspecify.annotations.NullMarked;
