package nereus.devagent.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * What an exec gave: its output put together (frames are cut anywhere, and the two streams are not ordered to each other), then what
 * ended it, frame by frame.
 */
record ExecSummary(String stdout, String stderr, List<String> ending) {

    static ExecSummary of(List<String> received) {
        StringBuilder stdout = new StringBuilder();
        StringBuilder stderr = new StringBuilder();
        java.util.List<String> ending = new java.util.ArrayList<>();
        for (String text : received) {
            if (!text.startsWith("{")) {
                ending.add(text.startsWith("TCP end") ? "TCP end" : text);
                continue;
            }
            JsonNode frame = Recording.json(text);
            if (frame.at("/stdout/data").isTextual()) {
                stdout.append(decoded(frame.at("/stdout/data")));
            } else if (frame.at("/stderr/data").isTextual()) {
                stderr.append(decoded(frame.at("/stderr/data")));
            } else {
                ending.add(frame.toString());
            }
        }
        return new ExecSummary(stdout.toString(), stderr.toString(), ending);
    }

    private static String decoded(JsonNode data) {
        return new String(Base64.getDecoder().decode(data.asText()), StandardCharsets.UTF_8);
    }
}
