package nereus.command;

/** Something that listens until it is closed. */
public interface Running extends AutoCloseable {
    /** The port that it listens on. */
    int port();

    /** Stops it in an orderly way. Blocks, for some seconds at most. */
    @Override
    void close();
}
