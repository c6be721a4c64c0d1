/** Real processes of Nereus that are killed under load, and a judge that keeps its own book of what it was promised. */
@NullMarked
package nereus.chaos;

import org.jspecify.annotations.NullMarked;
