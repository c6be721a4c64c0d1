package nereus.api;

import io.vertx.core.http.HttpMethod;
import java.util.Map;

/**
 * One path and what serves its methods.
 *
 * @param path a regular expression with a named group for each part that varies
 * @param guarded whether the token is needed
 */
record Route(String path, boolean guarded, Map<HttpMethod, Endpoint> methods) {
    /** The path with {@code {name}} for each part that varies. */
    String template() {
        return path.replaceAll("\\(\\?<(\\w+)>[^)]*\\)", "{$1}");
    }
}
