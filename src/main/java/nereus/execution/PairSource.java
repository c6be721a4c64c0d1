package nereus.execution;

import io.vertx.core.Future;
import nereus.runner.Claimed;

/** Where a run gets its pair of channels from: opened on demand, or from those kept ready. */
interface PairSource {
    /** A pair whose channels are both ready, on the calling context; fails when none came about in time. */
    Future<Pair> take(Claimed runner, TagRange tags);
}
