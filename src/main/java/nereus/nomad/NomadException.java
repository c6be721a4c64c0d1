package nereus.nomad;

/** A call to Nomad that did not give what was asked for. The message names the call, the address and Nomad's own text. */
public sealed class NomadException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean outcomeUnknown;

    private NomadException(String message, boolean outcomeUnknown, Throwable cause) {
        super(message, cause);
        this.outcomeUnknown = outcomeUnknown;
    }

    private NomadException(String message, boolean outcomeUnknown) {
        super(message);
        this.outcomeUnknown = outcomeUnknown;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /**
     * Whether a write may have been committed all the same. True for a time-out, a connection lost after sending, and every 5xx
     * whose text is not known to be a refusal (Nomad 2.0.5 answers 500 {@code broken pipe} for a write that may have passed).
     */
    public boolean outcomeUnknown() {
        return outcomeUnknown;
    }

    /** Nomad could not be reached, or did not answer in time. */
    public static final class Unreachable extends NomadException {
        private static final long serialVersionUID = 1L;

        public Unreachable(String message, boolean outcomeUnknown, Throwable cause) {
            super(message, outcomeUnknown, cause);
        }
    }

    /** Nomad answered with an error status. */
    public static final class Refused extends NomadException {
        private static final long serialVersionUID = 1L;
        private final int status;

        public Refused(int status, String message, boolean outcomeUnknown) {
            super(message, outcomeUnknown);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** The object is there already, or changed meanwhile: a failed compare-and-set. Nothing was written. */
    public static final class Conflict extends NomadException {
        private static final long serialVersionUID = 1L;

        public Conflict(String message) {
            super(message, false);
        }
    }

    /** Nothing was asked: a later process serves this instance, and this one must not touch anything any more. */
    public static final class Superseded extends NomadException {
        private static final long serialVersionUID = 1L;

        public Superseded(String message) {
            super(message, false);
        }
    }

    /** The token lacks a right. {@code message} says which call was refused. */
    public static final class Forbidden extends NomadException {
        private static final long serialVersionUID = 1L;

        public Forbidden(String message) {
            super(message, false);
        }
    }
}
