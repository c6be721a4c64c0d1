package nereus.runner;

import java.util.Locale;

/**
 * One thing about which fleet, ledger and Nomad disagree. Two rounds have seen the same one when all of it is equal.
 *
 * @param id the job's, which is the runner's
 * @param environment the one that the id names
 * @param index Nomad's index of what was found, so that a thing that has changed is another one; 0 where it does not matter
 */
public record Difference(Kind kind, String id, int environment, long index) {
    /** What can be different, and what is done about it; the sentences are for people and have the id as their subject. */
    public enum Kind {
        /** Nomad has a job with our mark that the fleet does not hold, or has purged. */
        ORPHAN("its job bears our mark, and the fleet does not hold it", "purge the job"),
        /** A runner job of Poseidon's, which nobody had claimed, in an environment that is ours now. */
        ORIGINAL("its job is a runner of Poseidon's, in an environment that has been taken over", "purge the job"),
        /** The same, but Poseidon had handed it out: somebody may be working in it. */
        ORIGINAL_IN_USE(
                "its job is a runner that Poseidon has handed out, in an environment that has been taken over",
                "purge the job; only on request, since somebody may still work in it"),
        /** The fleet counts a runner as alive whose job Nomad does not list. */
        GHOST("the fleet holds it, and Nomad does not list its job", "let it go, if Nomad does not have its job"),
        /** The ledger names a runner that nobody has. */
        CLAIM_WITHOUT_RUNNER("the ledger names it, and nobody has claimed it",
                "remove its entry, with its runner if that is ours"),
        /** A claimed runner that the ledger does not name: the next start would hand it out again. */
        CLAIM_NOT_WRITTEN("it is claimed, and the ledger does not name it", "write its entry again");

        private final String finding;
        private final String repair;

        Kind(String finding, String repair) {
            this.finding = finding;
            this.repair = repair;
        }

        public String finding() {
            return finding;
        }

        public String repair() {
            return repair;
        }

        /** As it is written on the wire, such as {@code claim-without-runner}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether it is repaired without being asked to. */
        public boolean byItself() {
            return this != ORIGINAL_IN_USE;
        }
    }
}
