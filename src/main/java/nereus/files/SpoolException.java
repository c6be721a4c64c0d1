package nereus.files;

/** Why an upload's contents could not be kept. */
public abstract sealed class SpoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private SpoolException(String message) {
        super(message);
    }

    /** This upload alone is more than the spool may ever hold. */
    public static final class TooLarge extends SpoolException {
        private static final long serialVersionUID = 1L;

        TooLarge(long most) {
            super("the contents are larger than the spool of " + most + " bytes");
        }
    }

    /** Other uploads hold what it would need; later there may be room. */
    public static final class Full extends SpoolException {
        private static final long serialVersionUID = 1L;

        Full(long most) {
            super("too many uploads are under way: the spool of " + most + " bytes is full");
        }
    }

    /** Its temporary file cannot be made or written: the disk is full, the directory has gone. */
    public static final class Broken extends SpoolException {
        private static final long serialVersionUID = 1L;

        Broken(String message, Throwable cause) {
            super(message);
            initCause(cause);
        }
    }
}
