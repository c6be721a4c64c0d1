package nereus.execution;

/**
 * The last message to a client, and how its socket is closed after it.
 *
 * @param outcome what it is called in logs
 */
record Last(String outcome, String message, short code, String reason) {
    static final Last TIMEOUT = normal("timeout", Messages.TIMEOUT);
    static final Last STOPPED = normal("stopped", Messages.error(Messages.STOPPED));
    static final Last OUT_OF_MEMORY = normal("out of memory", Messages.error(Messages.OUT_OF_MEMORY));
    static final Last FAILED = normal("failed", Messages.error(Messages.FAILED));
    static final Last BINARY = new Last(
            "binary frame", Messages.error("a binary frame was sent: input is accepted in text frames only"),
            (short) 1003,
            "only text frames are accepted");
    static final Last SHUTDOWN = new Last("shutdown", Messages.error(Messages.FAILED), (short) 1001,
            "Nereus is shutting down");

    static Last exit(int code) {
        return normal("exit " + code, Messages.exit(code));
    }

    private static Last normal(String outcome, String message) {
        return new Last(outcome, message, (short) 1000, "");
    }
}
