/** A seeded simulator: the deciding half as it is in production, over the cluster model, under faults, one story at a time. */
@NullMarked
package nereus.simulation;

import org.jspecify.annotations.NullMarked;
