/**
 * Time as a parameter, so that tests and the simulator never wait for it. Runs on any thread.
 */
@NullMarked
package nereus.clock;

import org.jspecify.annotations.NullMarked;
