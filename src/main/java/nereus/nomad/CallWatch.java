package nereus.nomad;

import java.time.Duration;

/** Hears of calls to Nomad, each attempt for itself. Called on the caller's thread, so it must neither block for long nor throw. */
public interface CallWatch {
    CallWatch NONE = (route, method, status, took) -> {};

    /**
     * An attempt is over.
     *
     * @param route the path with {@code {id}} in place of what varies
     * @param status 0 when there was no answer
     */
    void called(String route, String method, int status, Duration took);
}
