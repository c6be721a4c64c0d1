package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import nereus.settings.Section;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NomadSettingsTest {
    /** A section with these texts and numbers, and nothing else. */
    private record Fixed(Map<String, String> values) implements Section {
        @Override
        public String text(String key, String byDefault) {
            return values.getOrDefault(key, byDefault);
        }

        @Override
        public int number(String key, int byDefault, int least, int most) {
            return Integer.parseInt(values.getOrDefault(key, Integer.toString(byDefault)));
        }

        @Override
        public boolean flag(String key, boolean byDefault) {
            return byDefault;
        }

        @Override
        public Duration duration(String key, Duration byDefault) {
            return Duration.parse(values.getOrDefault(key, byDefault.toString()));
        }
    }

    @Test
    void anEmptySectionIsTheLocalAgent() {
        NomadSettings settings = NomadSettings.read(new Fixed(Map.of()));
        assertEquals(NomadSettings.of(URI.create("http://127.0.0.1:4646")), settings);
        assertEquals(Duration.ofSeconds(5), settings.call());
        assertEquals(500, settings.pageSize());
    }

    @Test
    void everyKeyIsRead() {
        NomadSettings settings = NomadSettings.read(new Fixed(Map.of("addresses", "http://a:1, http://b:2", "token",
                " s3cret\n", "namespace", "n", "region", "r", "callTimeout", "PT1S", "pageSize", "7", "connections",
                "3",
                "execSessions", "9", "eventBacklogMiB", "2")));
        assertEquals(List.of(URI.create("http://a:1"), URI.create("http://b:2")), settings.addresses());
        assertEquals("s3cret", settings.token());
        assertEquals("n", settings.namespace());
        assertEquals("r", settings.region());
        assertEquals(Duration.ofSeconds(1), settings.call());
        assertEquals(7, settings.pageSize());
        assertEquals(3, settings.connections());
        assertEquals(9, settings.execSessions());
        assertEquals(2 << 20, settings.eventBacklog());
        assertFalse(settings.toString().contains("s3cret"), "a token is not shown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a:4646", "a:4646", "http://", "http://a:4646/v1", "://", " ", "http://a b:1"})
    void whatIsNoAddressIsRefusedAndAnExampleGiven(String address) {
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class,
                () -> NomadSettings.read(new Fixed(Map.of("addresses", address))));
        assertTrue(NomadCallsTest.said(wrong).matches(".*(such as http://host:4646|may not have a path)"),
                wrong.toString());
    }
}
