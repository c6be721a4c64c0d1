package nereus.runner;

/**
 * What a runner is to us. A runner stands in one table for its whole life; only its state changes, under the fleet's lock.
 *
 * <pre>
 *           job registered    allocation running      taken              claim written
 *  (nothing) ───────────► STARTING ──────────► IDLE ─────────► RESERVED ─────────────► CLAIMED
 *                            │                  │  ▲              │ │ outcome unknown      │ return, timeout, allocation gone
 *                            │                  │  └── refused ───┘ └──────► DOUBTFUL      │
 *                            │  failed, gone    │  drain, shrink, too old         │ known   ▼
 *                            └──────────────────┴─────────────────────────────────┴──────► GONE ─► (forgotten)
 * </pre>
 */
public enum RunnerState {
    /** Its job is being registered, or its allocation does not run yet. */
    STARTING,
    /** Prewarmed and nobody's. */
    IDLE,
    /** Taken by a claim that is being written down. */
    RESERVED,
    /** Somebody's, and Nomad knows it. */
    CLAIMED,
    /** Its claim may or may not have been written: never idle again, purged once that is known. */
    DOUBTFUL,
    /** Over. Stays as a tombstone until its job is purged and for a while after, so that late news of it is recognised. */
    GONE
}
