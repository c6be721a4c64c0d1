package nereus.runner;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import nereus.nomad.AllocationFact;
import org.jspecify.annotations.Nullable;

/** One entry of the fleet. Every field but the final ones is guarded by the fleet's lock. */
final class Runner {
    static final long NEVER = Long.MAX_VALUE;

    final String id;
    final int environment;
    /** The mark of what it was made from; of one of foreign make it is learned when its job is read. */
    String revision;

    /** Somebody else made it, or may have handed it out: it is never handed out here. */
    boolean foreign;
    /** Nomad's index of its job's last registration; 0 while it is not known. */
    long registration;

    RunnerState state;
    /** Completed outside the lock, when a claimed runner is no longer its claimer's. */
    CompletableFuture<Ending> ended = new CompletableFuture<>();
    /** When it was entered, in the ticker's nanoseconds. */
    final long enteredAt;
    /** When the present state began, in the ticker's nanoseconds. */
    long since;
    /** The registration is on its way: lists that do not show the job say nothing. */
    boolean registering;
    /** When its registration was acknowledged. */
    long registeredAt = NEVER;
    /** Nomad's events or lists have shown anything of it. */
    boolean heard;
    /** Why Nomad has found no place for it; empty when it has not said so. */
    String unplaced = "";
    /** Nomad's index of the last news about the job. */
    long jobIndex;
    /** The last news about the job was its purge. */
    boolean jobDeleted;
    @Nullable
    AllocationFact allocation;
    /** Idle: since when, whatever claims were refused meanwhile. */
    long idleSince;
    /** Idle: how long it may stay so, drawn with jitter so that runners do not all grow old at once. */
    long retireAfter = NEVER;
    /** Claimed: absent while the entry of another process's claim has not been read yet. */
    @Nullable
    Lease lease;
    /** Claimed: when somebody last used it. */
    long usedAt;
    /** Claimed: since when, as far as we know, in the ticker's nanoseconds. */
    long claimedAt;
    /** Claimed, its definition superseded: since when it is known to be silent. */
    long silentSince = NEVER;
    /** Reserved: its environment was deleted, so it goes as soon as its claim is written. */
    boolean doomed;
    /** Gone: it was nobody's, and was let go to make room for another. */
    boolean retired;
    /** Something about it is being written into the ledger at this moment, whatever its state. */
    boolean writing;
    /** Claimed: its entry, which had vanished, is being written again. */
    boolean rewriting;
    /** A claim of it is, or may be, in the ledger. */
    boolean claimEntered;
    /** Its return is, or may be, noted in the ledger. */
    boolean returnNoted;
    /** Gone or in doubt: somebody is clearing it away now. Claimed: somebody reads its lease now. */
    boolean attended;
    int failures;
    long notBefore;
    /** Gone: its job and its ledger entry are known to be away since {@link #since}. */
    boolean purged;

    Runner(String id, int environment, String revision, RunnerState state, long now) {
        this.id = id;
        this.environment = environment;
        this.revision = revision;
        this.state = state;
        this.since = now;
        this.enteredAt = now;
    }

    String allocationId() {
        return allocation == null ? "" : allocation.id();
    }

    /** Whether it counts towards what Nomad has to carry. */
    boolean alive() {
        return !(state == RunnerState.GONE && purged);
    }

    /** Nobody has it, or is about to. */
    boolean nobodys() {
        return state == RunnerState.STARTING || state == RunnerState.IDLE;
    }

    boolean attendable(long now) {
        return !attended && (failures == 0 || now - notBefore >= 0);
    }

    /** Whoever attended to it has failed: it is tried again after a pause that grows with each failure, up to a minute. */
    void failed(long now) {
        attended = false;
        failures++;
        notBefore = now + Duration.ofMillis(Math.min(60_000, 250L << Math.min(8, failures))).toNanos();
    }

    /** Nothing stands in the way of clearing it away, or of looking into it. */
    boolean clearable(long now) {
        return !purged && !writing && !rewriting && !registering && attendable(now);
    }

    boolean inactive(long now) {
        return state == RunnerState.CLAIMED && lease != null && lease.inactivityTimeout().isPositive()
                && now - usedAt >= lease.inactivityTimeout().toNanos();
    }

    /** In how many nanoseconds it will have been unused for its inactivity timeout; nothing when it never will. */
    LongStream untilInactive(long now) {
        return state == RunnerState.CLAIMED && lease != null && lease.inactivityTimeout().isPositive()
                ? LongStream.of(Math.max(0, lease.inactivityTimeout().toNanos() - (now - usedAt)))
                : LongStream.empty();
    }

    Claimed claimed() {
        return new Claimed(id, environment, allocationId(), allocation == null ? 0 : allocation.restarts(),
                allocation == null ? List.of() : allocation.ports());
    }
}
