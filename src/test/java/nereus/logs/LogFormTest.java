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
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** A line is one line, in either form, whatever it quotes; and nobody waits for it. */
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
        String xml = Files.readString(Path.of("src/main/resources/logback.xml"));
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(xml.substring(xml.indexOf("<pattern>") + 9, xml.indexOf("</pattern>")));
        layout.start();

        assertTrue(layout.doLayout(event())
                .endsWith("WARN  Claims - Nomad said: \"no | fake line\" runner=10-x trace=abc\n"),
                layout.doLayout(event()));
        LoggingEvent plain = new LoggingEvent("", context.getLogger("nereus.Nereus"), Level.INFO, "stopped", null,
                null);
        plain.setInstant(Instant.EPOCH);
        plain.setMDCPropertyMap(Map.of());
        assertTrue(layout.doLayout(plain).endsWith("INFO  Nereus - stopped\n"), layout.doLayout(plain));
    }

    @Test
    void whileNobodyReadsTheLogLinesAreDroppedAndCounted() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch reads = new CountDownLatch(1);
        AtomicInteger written = new AtomicInteger();
        LineQueue lines = new LineQueue(10);
        lines.add(() -> {
            reading.countDown();
            try {
                reads.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        reading.await();
        for (int i = 0; i < 100; i++) {
            lines.add(written::incrementAndGet);
        }
        assertEquals(90, lines.dropped());
        reads.countDown();
        lines.close();
        assertEquals(10, written.get());
    }
}
