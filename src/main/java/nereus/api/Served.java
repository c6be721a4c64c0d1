package nereus.api;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request that is over, as those hear of it who log and measure. What a client may choose freely ({@code path}, {@code runner} of an
 * unknown one) is bounded in length and holds no control characters, the command too.
 *
 * @param route Poseidon's name of what was asked for, such as {@code provideRunner}; {@code unknown} for every path that is none
 * @param status that was sent, 101 for a WebSocket; 499 when the client left before it was answered, 500 when
 *     we broke off a download that had begun
 * @param took until the answer was sent, or the WebSocket closed
 * @param received bytes of the request's body
 * @param sent bytes of the answer's body
 * @param environment of the runner that it is about, while that was claimed; null when it is about none
 * @param wanted the environment, known or not, that a claim would have a runner of; null for other requests
 * @param runner that it is about; empty when none
 * @param execution that it made or connected to; empty when none
 * @param waiting executions that wait for their client in that runner, once this one does; 0 for other requests
 * @param token the name of the token that let it in; empty when none was needed
 * @param failure what kept it from succeeding, as the name of its kind; empty when nothing did, or the request itself was wrong
 * @param command the text of the command that it brought, at most its first 1000 characters; empty for other requests
 * @param transfer of a download that has begun
 */
public record Served(Instant at, String route, String method, String path, int status, Duration took, long received,
        long sent, @Nullable Integer environment, @Nullable Integer wanted, String runner, String execution,
        int waiting, String token,
        String client, Trace trace, String failure, String command, @Nullable Transfer transfer) {
    /** The client had left before there was an answer. */
    public static final int LEFT = 499;

    /**
     * A file that went out, or a part of it.
     *
     * @param expected its bytes
     * @param actual bytes that were written to the client
     */
    public record Transfer(long expected, long actual) {}
}
