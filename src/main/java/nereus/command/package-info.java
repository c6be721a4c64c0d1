/**
 * The command line: serve, dev, agent, run, check.
 *
 * <p>Threads: the main thread, which may block.
 */
@NullMarked
package nereus.command;

import org.jspecify.annotations.NullMarked;
