package nereus.files;

/** Why files could not be handled. */
public abstract sealed class FilesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private FilesException(String message) {
        super(message);
    }

    /** No such path, or not readable, or not of the kind that was asked for. */
    public static final class NotFound extends FilesException {
        private static final long serialVersionUID = 1L;

        public NotFound(String message) {
            super(message);
        }
    }

    /** A directory holds more than may be listed. */
    public static final class TooMany extends FilesException {
        private static final long serialVersionUID = 1L;

        public TooMany(String message) {
            super(message);
        }
    }

    /** Some of the files were not written; the message holds what {@code tar} said. */
    public static final class CopyFailed extends FilesException {
        private static final long serialVersionUID = 1L;

        public CopyFailed(String message) {
            super(message);
        }
    }

    /** The runner could not be reached in time, or was lost meanwhile. */
    public static final class Unavailable extends FilesException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            super(message);
        }
    }
}
