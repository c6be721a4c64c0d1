package nereus.sync;

import nereus.environment.Originals;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.pool.Ledger;
import nereus.runner.Audit;
import nereus.runner.Difference;

/**
 * How each kind of difference is repaired. Everything that ends a job goes through the fleet, so that the keeper purges it. Blocks;
 * throws {@link NomadException}.
 */
final class Repairs {
    private final Audit fleet;
    private final Ledger ledger;
    private final Nomad nomad;
    private final Originals originals;

    Repairs(Audit fleet, Ledger ledger, Nomad nomad, Originals originals) {
        this.fleet = fleet;
        this.ledger = ledger;
        this.nomad = nomad;
        this.originals = originals;
    }

    /** Looks again, and repairs; false when it is no longer so. */
    boolean repair(Difference difference) {
        String id = difference.id();
        return switch (difference.kind()) {
            case ORPHAN -> fleet.letGo(difference);
            case ORIGINAL -> originals.still(id, Originals.Verdict.UNUSED) && fleet.letGo(difference);
            case ORIGINAL_IN_USE -> originals.still(id, Originals.Verdict.USED) && fleet.letGo(difference);
            // A job that is read by its id comes from Nomad's leader, unlike a list that may be older than our news.
            case GHOST -> nomad.job(id).isEmpty() && fleet.lost(difference);
            case CLAIM_WITHOUT_RUNNER -> fleet.letGoWithEntries(id) || strike(id);
            case CLAIM_NOT_WRITTEN -> rewrite(id);
        };
    }

    private boolean strike(String id) {
        boolean nobodys = !fleet.holds(id);
        if (nobodys) {
            ledger.strike(id);
        }
        return nobodys;
    }

    private boolean rewrite(String id) {
        return fleet.rewrite(id).map(lease -> {
            try {
                ledger.enterAgain(id, lease);
            } finally {
                fleet.rewritten(id);
            }
            return true;
        }).orElse(false);
    }
}
