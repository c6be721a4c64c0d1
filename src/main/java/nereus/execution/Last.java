package nereus.execution;

/** The last message to a client, and how its socket is closed after it. */
record Last(String message, short code, String reason) {
    static final Last TIMEOUT = normal(Messages.TIMEOUT);
    static final Last STOPPED = normal(Messages.error(Messages.STOPPED));
    static final Last OUT_OF_MEMORY = normal(Messages.error(Messages.OUT_OF_MEMORY));
    static final Last FAILED = normal(Messages.error(Messages.FAILED));
    static final Last BINARY = new Last(
            Messages.error("a binary frame was sent: input is accepted in text frames only"), (short) 1003,
            "only text frames are accepted");
    static final Last SHUTDOWN = new Last(Messages.error(Messages.FAILED), (short) 1001, "Nereus is shutting down");

    static Last exit(int code) {
        return normal(Messages.exit(code));
    }

    private static Last normal(String message) {
        return new Last(message, (short) 1000, "");
    }
}
