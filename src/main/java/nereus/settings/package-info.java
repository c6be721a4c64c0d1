/**
 * Reads config.yaml and the environment variables that override it; all errors are reported at once, with key and line.
 *
 * <p>Threads: the starting thread only.
 */
@NullMarked
package nereus.settings;

import org.jspecify.annotations.NullMarked;
