/**
 * The command line: serve, dev, agent, run, check. What it starts is behind {@link nereus.command.Parts}.
 *
 * <p>Threads: the main thread, which may block; a shutdown hook stops what runs.
 */
@NullMarked
package nereus.command;

import org.jspecify.annotations.NullMarked;
