package nereus.devagent.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads an event stream from a bare socket, in the framing since Nomad 1.11.3. */
final class EventReader implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final String head;
    private final List<JsonNode> seen = new ArrayList<>();

    EventReader(RawHttp http, String query) {
        try {
            socket = http.open();
            socket.getOutputStream()
                    .write(("GET /v1/event/stream?" + query + " HTTP/1.1\r\nHost: nomad\r\nAccept: */*\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            in = new java.io.BufferedInputStream(socket.getInputStream());
            head = RawHttp.head(in);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    String head() {
        return head;
    }

    /** The next line, or null at the end of the stream. */
    @org.jspecify.annotations.Nullable
    String line() {
        java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
        try {
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    return null;
                }
                line.write(c);
            }
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Reads until a transaction has an event as wanted, and gives all transactions seen so far. */
    List<JsonNode> until(Predicate<JsonNode> event) {
        while (true) {
            String line = line();
            if (line == null) {
                throw new AssertionError("the stream ended; seen: " + seen);
            }
            if (line.equals("{}")) {
                continue;
            }
            JsonNode transaction = Recording.json(line);
            seen.add(transaction);
            for (JsonNode one : transaction.get("Events")) {
                if (event.test(one)) {
                    return seen;
                }
            }
        }
    }

    List<JsonNode> untilAllocation(String job, String clientStatus) {
        return until(event -> event.at("/Payload/Allocation/JobID").asText().equals(job)
                && event.at("/Payload/Allocation/ClientStatus").asText().equals(clientStatus));
    }

    List<JsonNode> untilEvaluation(String job, String status, String trigger) {
        return until(event -> event.at("/Payload/Evaluation/JobID").asText().equals(job)
                && event.at("/Payload/Evaluation/Status").asText().equals(status)
                && event.at("/Payload/Evaluation/TriggeredBy").asText().equals(trigger));
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }
}
