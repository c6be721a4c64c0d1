package nereus.api;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body has been read, as a story sees it.
 *
 * @param path the named parts of the path, decoded
 * @param host what the client calls us, with port; null when it did not say
 * @param client the client's address
 * @param caller the client itself
 * @param visit what is told of it when it is over
 */
record Incoming(Map<String, String> path, Query query, Buffer body, @Nullable String host, String client,
        Caller caller, Visit visit) {
    /** The named part of the path; its route guarantees that it is there. */
    String part(String name) {
        return path.getOrDefault(name, "");
    }
}
