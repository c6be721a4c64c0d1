package nereus.nomad;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to Nomad.
 *
 * @param name what it does, for people: {@code register job 10-…}
 * @param right the line of a policy that it needs, named when Nomad refuses it
 */
record Call(String name, String right, HttpMethod method, String path, Map<String, String> query,
        @Nullable Buffer body) {

    static Call get(String name, String right, String path) {
        return new Call(name, right, HttpMethod.GET, path, Map.of(), null);
    }

    static Call put(String name, String right, String path, byte[] body) {
        return new Call(name, right, HttpMethod.PUT, path, Map.of(), Buffer.buffer(body));
    }

    /** A question that needs a body: it changes nothing, so it may be asked again. */
    static Call question(String name, String right, String path, byte[] body) {
        return new Call(name, right, HttpMethod.POST, path, Map.of(), Buffer.buffer(body));
    }

    static Call delete(String name, String right, String path) {
        return new Call(name, right, HttpMethod.DELETE, path, Map.of(), null);
    }

    /** With one more query parameter; an empty value is left out. */
    Call with(String parameter, String value) {
        if (value.isEmpty()) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(query);
        more.put(parameter, value);
        return new Call(name, right, method, path, more, body);
    }

    /** The path with {@code {id}} in place of what varies; of variables the kind only, as in {@code /v1/var/claims/{id}}. */
    String route() {
        if (path.startsWith("/v1/var/")) {
            String[] parts = path.split("/", 7);
            return parts.length < 6 ? "/v1/var/{path}" : "/v1/var/" + parts[5] + (parts.length > 6 ? "/{id}" : "");
        }
        int query = path.indexOf('?');
        String plain = query < 0 ? path : path.substring(0, query);
        return plain.startsWith("/v1/job/") ? "/v1/job/{id}" : plain;
    }

    boolean write() {
        return !method.equals(HttpMethod.GET) && !method.equals(HttpMethod.POST);
    }

    /** Path and query as they stand in the request line. */
    String uri() {
        StringBuilder uri = new StringBuilder(path);
        char separator = path.indexOf('?') < 0 ? '?' : '&';
        for (Map.Entry<String, String> parameter : query.entrySet()) {
            uri.append(separator).append(parameter.getKey()).append('=').append(encoded(parameter.getValue()));
            separator = '&';
        }
        return uri.toString();
    }

    /** Percent-encoded, for one segment of a path or one value of a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
