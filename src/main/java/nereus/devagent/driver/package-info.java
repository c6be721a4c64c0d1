/**
 * Runs the tasks of the embedded agent as local processes with real terminals.
 *
 * <p>Threads: calls may block; output is delivered on the driver's own threads.
 */
@NullMarked
package nereus.devagent.driver;

import org.jspecify.annotations.NullMarked;
