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
    private static final String STDOUT_CLOSED = "{\"stdout\":{\"close\":true}}";
    private static final String STDERR_CLOSED = "{\"stderr\":{\"close\":true}}";

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
        return new ExecSummary(stdout.toString(), stderr.toString(), inOneOrder(ending));
    }

    /** Which of the two streams Nomad closes first is chance. */
    private static List<String> inOneOrder(List<String> ending) {
        List<String> frames = new java.util.ArrayList<>(ending);
        int at = frames.indexOf(STDOUT_CLOSED);
        if (at > 0 && frames.get(at - 1).equals(STDERR_CLOSED)) {
            java.util.Collections.swap(frames, at - 1, at);
        }
        return frames;
    }

    private static String decoded(JsonNode data) {
        return new String(Base64.getDecoder().decode(data.asText()), StandardCharsets.UTF_8);
    }
}
