package nereus.devagent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The event stream on the wire, in the framing since Nomad 1.11.3. */
@Timeout(120)
class StreamContractTest {

    @SuppressWarnings("NullAway.Init")
    private static Target target;

    @BeforeAll
    static void open() {
        target = Target.open();
    }

    @AfterAll
    static void close() {
        target.close();
    }

    private static long put(String path) {
        return Long.parseLong(target.http().send("PUT", "/v1/var/" + path, "{\"Items\": {\"a\": \"b\"}}").headers()
                .getOrDefault("x-nomad-index", "0"));
    }

    @Test
    void theHeadHasNeitherLengthNorChunksAndTheFirstLineIsEmpty() {
        Recording recording = Recording.load("27-event-stream-life");
        try (EventReader events = new EventReader(target.http(), "topic=Job&index=" + Long.MAX_VALUE)) {
            var headers = RawHttp.headers(events.head());
            assertTrue(events.head().startsWith("HTTP/1.1 200 OK\r\n"));
            for (String name : List.of("connection", "cache-control", "content-type")) {
                assertEquals(recording.headers().get(name), headers.get(name), name);
            }
            assertFalse(headers.containsKey("content-length"));
            assertFalse(headers.containsKey("transfer-encoding"));
            assertEquals("{}", events.line());
        }
    }

    @Test
    void anIndexThatIsKeptIsGivenAgainInclusive() {
        long first = put("stream/one");
        put("stream/two");
        try (EventReader events = new EventReader(target.http(), "topic=Variable&index=" + first)) {
            List<JsonNode> seen = events.until(event -> event.get("Key").asText().equals("stream/one"));
            assertEquals(first, seen.getFirst().get("Index").asLong());
        }
    }

    @Test
    void anIndexOlderThanTheBufferBeginsAtTheOldestKeptWithoutAWord() {
        long first = put("stream/old");
        for (int i = 0; i < 120; i++) {
            put("stream/more");
        }
        try (EventReader events = new EventReader(target.http(), "topic=Variable&index=" + first)) {
            assertEquals("{}", events.line());
            String line = events.line();
            assertNotNull(line);
            assertTrue(Recording.json(line).get("Index").asLong() > first, "100 transactions are kept");
        }
    }

    @Test
    void anIndexNewerThanAllDeliversTheLastEventAgain() {
        long last = put("stream/last");
        try (EventReader events = new EventReader(target.http(), "topic=Variable&index=" + (last + 1_000_000))) {
            events.until(event -> event.get("Key").asText().equals("stream/last"));
        }
    }

    @Test
    void aTopicWithTwoColonsIsRefusedWithAStatus() {
        RawHttp.Reply reply = target.http().send("GET", "/v1/event/stream?topic=Job:a:b", "");
        assertEquals(400, reply.status());
        assertEquals("Invalid topic query: error parsing topics: Invalid key value pair for topic, topic: Job:a:b",
                reply.body());
    }

    @Test
    void anIndexThatIsNoNumberIsRefusedWithAStatus() {
        RawHttp.Reply reply = target.http().send("GET", "/v1/event/stream?index=x", "");
        assertEquals(400, reply.status());
        assertTrue(reply.body().startsWith("Unable to parse index: "), reply.body());
    }

    @Test
    void aKeySelectsByObjectAndByJob() {
        target.purge("template-900");
        try (EventReader events = new EventReader(target.http(), "topic=Job:template-900&index=" + Long.MAX_VALUE)) {
            put("stream/other");
            target.registerAfresh("38-parameterized-register");
            List<JsonNode> seen = events.until(event -> event.at("/Payload/Job/Status").asText().equals("running"));
            assertTrue(seen.stream().allMatch(line -> line.at("/Events/0/Key").asText().equals("template-900")));
        }
        target.purge("template-900");
    }
}
