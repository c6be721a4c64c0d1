package nereus.pool;

import java.time.Duration;
import nereus.runner.Claimed;
import nereus.runner.Ending;

/** Hands out runners and takes them back. */
@SuppressWarnings("DoNotCallSuggester")
public final class Claims {
    /**
     * Takes the oldest healthy idle runner of an environment and answers once Nomad durably knows that it is taken. Blocks for at
     * most the ledger's write time-out.
     *
     * @param inactivityTimeout zero means never
     * @param claimer who asks, for the ledger
     * @throws ClaimException when there is none, or the claim could not be recorded
     */
    public Claimed claim(int environment, Duration inactivityTimeout, String claimer) {
        throw new UnsupportedOperationException();
    }

    /** Ends a claim; true for the one caller that ended it. The purge follows by itself. Never blocks. */
    public boolean release(String runnerId, Ending ending) {
        throw new UnsupportedOperationException();
    }
}
