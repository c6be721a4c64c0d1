package nereus.api;

import io.vertx.core.http.HttpMethod;
import java.util.Map;

/** The names of routes in logs and metrics. Where Poseidon has the route, it is Poseidon's, for its dashboards select by it. */
final class RouteNames {
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("GET /health", "/health"), Map.entry("GET /version", "/version"),
            Map.entry("GET /statistics/execution-environments", "/execution-environments"),
            Map.entry("GET /execution-environments", "list"), Map.entry("GET /execution-environments/{id}", "get"),
            Map.entry("PUT /execution-environments/{id}", "createOrUpdate"),
            Map.entry("DELETE /execution-environments/{id}", "delete"), Map.entry("POST /runners", "provideRunner"),
            Map.entry("DELETE /runners/{id}", "deleteRunner"), Map.entry("POST /runners/{id}/execute", "/execute"),
            Map.entry("GET /runners/{id}/websocket", "/websocket"), Map.entry("GET /runners/{id}/files", "/files_list"),
            Map.entry("PATCH /runners/{id}/files", "/files"), Map.entry("GET /runners/{id}/files/raw", "/files/raw"));

    private RouteNames() {}

    /** Poseidon's name, else the path below the base as its template has it; another one for each method. */
    static String of(HttpMethod method, String template) {
        String path = template.startsWith(Routes.BASE) ? template.substring(Routes.BASE.length()) : template;
        String key = method.name() + " " + path;
        String name = NAMES.get(key);
        return name != null ? name : method.equals(HttpMethod.GET) ? path : key;
    }
}
