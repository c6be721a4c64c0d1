/**
 * Execution environments: their definitions, the template jobs that store them in Nomad, and the runner jobs made from them.
 *
 * <p>Threads: the registry may be read from any thread; what talks to Nomad blocks its virtual thread.
 */
@NullMarked
package nereus.environment;

import org.jspecify.annotations.NullMarked;
