package nereus.command;

import java.util.List;

/** Gives what a stopped service has claimed back to Poseidon. */
public interface GivingBack {
    /** What it writes to, for people. */
    String target();

    /**
     * Does it; what was done, a line each. Blocks.
     *
     * @throws CommandFailure when it could not be done; it can be tried again
     */
    List<String> run();
}
