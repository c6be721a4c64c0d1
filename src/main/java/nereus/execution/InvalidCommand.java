package nereus.execution;

/** A command that no shell could be given: the message says what is wrong with it. */
public final class InvalidCommand extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidCommand(String message) {
        super(message);
    }
}
