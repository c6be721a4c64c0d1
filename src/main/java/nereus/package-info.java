/** The process: reads the configuration, builds the parts in order, stops them in reverse. */
@NullMarked
package nereus;

import org.jspecify.annotations.NullMarked;
