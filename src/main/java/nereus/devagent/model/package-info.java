/**
 * The agent's cluster model: jobs, evaluations, allocations, nodes, variables, events. Plain Java; time and randomness are
 * parameters; a seeded simulator drives it without HTTP.
 */
@NullMarked
package nereus.devagent.model;

import org.jspecify.annotations.NullMarked;
