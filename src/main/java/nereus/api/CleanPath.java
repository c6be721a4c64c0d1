package nereus.api;

import java.util.ArrayDeque;
import java.util.Deque;

/** A path without doubled slashes and dot segments, to which gorilla's router redirects. */
final class CleanPath {
    private CleanPath() {}

    static String of(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        String clean = "/" + String.join("/", parts);
        return path.endsWith("/") && clean.length() > 1 ? clean + "/" : clean;
    }
}
