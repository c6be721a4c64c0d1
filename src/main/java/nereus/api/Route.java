package nereus.api;

import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One path and what serves its methods.
 *
 * @param path a regular expression with a named group for each part that varies
 * @param guarded whether the token is needed
 */
record Route(String path, boolean guarded, Map<HttpMethod, Endpoint> methods) {
    /** What each method is called in logs and metrics. */
    Map<HttpMethod, String> names() {
        return methods.keySet().stream()
                .collect(Collectors.toMap(method -> method, method -> RouteNames.of(method, template())));
    }

    /** The path with {@code {name}} for each part that varies. */
    String template() {
        return path.replaceAll("\\(\\?<(\\w+)>[^)]*\\)", "{$1}");
    }
}
