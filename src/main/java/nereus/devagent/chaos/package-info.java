/** Faults that the embedded agent can be told to have, as plain Java: which there are, how one is asked for, and which are active. */
@NullMarked
package nereus.devagent.chaos;

import org.jspecify.annotations.NullMarked;
