/** Whether Nomad allows everything that Nereus needs, and which line of the policy is missing when it does not. */
@NullMarked
package nereus.rights;

import org.jspecify.annotations.NullMarked;
