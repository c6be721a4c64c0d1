package nereus.command;

/** A failure that its message explains to the user completely. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandFailure(String message) {
        this(message, 0);
    }

    /** @param exitCode the process's; 0 takes the one that its subcommand fails with */
    CommandFailure(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    public CommandFailure(String message, Throwable cause) {
        super(message, cause);
        this.exitCode = 0;
    }

    int exitCode() {
        return exitCode;
    }
}
