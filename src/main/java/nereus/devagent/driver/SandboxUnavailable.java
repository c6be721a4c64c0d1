package nereus.devagent.driver;

/** A kind of sandbox that does not work on this machine; the message says why. */
public final class SandboxUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SandboxUnavailable(String message) {
        super(message);
    }
}
