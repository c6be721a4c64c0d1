package nereus.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** A line is one line, in either form, whatever it quotes. */
class LogFormTest {
    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event() {
        LoggingEvent event = new LoggingEvent("", context.getLogger("nereus.pool.Claims"), Level.WARN,
                "Nomad said: \"no\nfake line\"", null, null);
        event.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
        event.setMDCPropertyMap(Map.of("trace", "abc"));
        event.addKeyValuePair(new KeyValuePair("runner", "10-x"));
        return event;
    }

    @Test
    void jsonIsOneObjectWithTheFieldsOfTheLine() throws Exception {
        String line = new String(new JsonLines().encode(event()), StandardCharsets.UTF_8);
        JsonNode json = new ObjectMapper().readTree(line);

        assertEquals(1, line.lines().count());
        assertEquals("2026-01-02T03:04:05.678Z", json.path("time").asText());
        assertEquals("WARN", json.path("level").asText());
        assertEquals("nereus.pool.Claims", json.path("logger").asText());
        assertEquals("Nomad said: \"no\nfake line\"", json.path("message").asText());
        assertEquals("10-x", json.path("runner").asText());
        assertEquals("abc", json.path("trace").asText());
    }

    @Test
    void textKeepsAMessageOnItsLineAndSaysTheRestBehindIt() throws Exception {
        PatternLayout layout = layout();

        assertTrue(layout.doLayout(event())
                .endsWith("WARN  Claims - Nomad said: \"no | fake line\" runner=10-x trace=abc\n"),
                layout.doLayout(event()));
        LoggingEvent plain = new LoggingEvent("", context.getLogger("nereus.Nereus"), Level.INFO, "stopped", null,
                null);
        plain.setInstant(Instant.EPOCH);
        plain.setMDCPropertyMap(Map.of());
        assertTrue(layout.doLayout(plain).endsWith("INFO  Nereus - stopped\n"), layout.doLayout(plain));
    }

    /** What the client, Nomad or a library wrote to look like a line of ours, or to steer the terminal of who reads it. */
    private LoggingEvent hostile() {
        LoggingEvent event = new LoggingEvent("", context.getLogger("nereus.pool.Claims"), Level.ERROR,
                "a\u0085b\u2028c\u001b[2Jd\u009be\u202ef",
                new IllegalStateException("boom\n12:00:00.000 INFO  audit - x\u001b[2J"),
                null);
        event.setInstant(Instant.EPOCH);
        event.setMDCPropertyMap(Map.of());
        event.addKeyValuePair(new KeyValuePair("command", "g\u0085h\r\ni"));
        return event;
    }

    @Test
    void nothingThatIsQuotedLooksLikeALineOfOursOrSteersATerminal() throws Exception {
        PatternLayout layout = layout();
        String text = layout.doLayout(hostile());
        List<String> lines = List.of(text.split("[\\n\\u0085\\u2028\\u2029]", -1));

        assertTrue(lines.getFirst().endsWith("ERROR Claims - a | b | c [2Jd e f command=g | h | i"), text);
        assertTrue(text.contains("\n  12:00:00.000 INFO  audit - x [2J\n"), text);
        assertTrue(lines.stream().skip(1).allMatch(line -> line.isEmpty() || line.startsWith(" ")
                || line.startsWith("java.lang.IllegalStateException: boom")), text);
        assertTrue(text.chars().allMatch(c -> c == '\n' || c == '\t' || !Character.isISOControl(c)), text);
        assertTrue(text.contains("LogFormTest.hostile"), text);
        assertEquals(text.indexOf("IllegalStateException"), text.lastIndexOf("IllegalStateException"), text);
        String json = new String(new JsonLines().encode(hostile()), StandardCharsets.UTF_8);
        assertTrue(json.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f)), json);
        assertEquals("a\u0085b\u2028c\u001b[2Jd\u009be\u202ef",
                new ObjectMapper().readTree(json).path("message").asText());
    }

    private PatternLayout layout() throws Exception {
        String xml = Files.readString(Path.of("src/main/resources/logback.xml"));
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(xml.substring(xml.indexOf("<pattern>") + 9, xml.indexOf("</pattern>")));
        layout.start();
        return layout;
    }
}
