package nereus.pool;

/** A claim that gave no runner; the message is for the claimer and names the environment and its pool's numbers. */
public sealed class ClaimException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ClaimException(String message) {
        super(message);
    }

    /** No such environment. */
    public static final class UnknownEnvironment extends ClaimException {
        private static final long serialVersionUID = 1L;

        public UnknownEnvironment(String message) {
            super(message);
        }
    }

    /** Nothing idle, or not in time. */
    public static final class NoRunner extends ClaimException {
        private static final long serialVersionUID = 1L;
        private final int retryAfterSeconds;

        public NoRunner(String message) {
            this(message, 0);
        }

        /** @param retryAfterSeconds when to ask again; 0 says nothing about it */
        public NoRunner(String message, int retryAfterSeconds) {
            super(message);
            this.retryAfterSeconds = retryAfterSeconds;
        }

        public int retryAfterSeconds() {
            return retryAfterSeconds;
        }
    }

    /** Nomad does not hold the claim, or it is not known whether it does. */
    public static final class NotRecorded extends ClaimException {
        private static final long serialVersionUID = 1L;

        public NotRecorded(String message) {
            super(message);
        }
    }
}
