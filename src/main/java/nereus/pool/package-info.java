/**
 * Who gets a runner and how many are kept warm: claims, their ledger, refill, retirement.
 *
 * <p>Threads: claims run on the virtual thread of their request, the keeper on one of its own; both may block. No Vert.x here.
 */
@NullMarked
package nereus.pool;

import org.jspecify.annotations.NullMarked;
