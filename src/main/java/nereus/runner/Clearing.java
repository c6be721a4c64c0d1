package nereus.runner;

/**
 * A runner that is gone and must be cleared away: its job purged, then what the ledger holds of it removed.
 *
 * @param claimed whether a claim of it is, or may be, in the ledger
 * @param noted whether its return is, or may be, noted in the ledger
 * @param jobIndex Nomad's index of the last news about its job so far
 */
public record Clearing(String id, boolean claimed, boolean noted, long jobIndex) {}
