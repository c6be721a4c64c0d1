package nereus.api;

/** Hears of what the API did. Called on event loops and on requests' threads, so it must neither block nor throw. */
public interface RequestWatch {
    RequestWatch NONE = request -> {};

    /** A request is over. */
    void served(Served request);

    /** Somebody has changed a definition, or has let something be repaired. */
    default void changed(Change change) {}

    /**
     * What somebody changed, for the audit.
     *
     * @param token the name of the token that was shown; empty when none is needed
     * @param client its address
     * @param what {@code created}, {@code replaced} or {@code deleted}, and of what
     * @param detail the definition before and after, for people
     */
    record Change(String token, String client, Trace trace, String what, String detail) {}
}
