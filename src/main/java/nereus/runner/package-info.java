/**
 * The fleet: each runner, its state and its lease. Plain Java without input or output.
 *
 * <p>Threads: any; every method takes the fleet's one short lock and never blocks in it.
 */
@NullMarked
package nereus.runner;

import org.jspecify.annotations.NullMarked;
