package nereus.pool;

/** Tells whether something is under way in a claimed runner: a command runs, or waits for its client, or files are moved. */
public interface Busy {
    /** Quick, from any thread. */
    boolean busy(String runnerId);
}
