package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import nereus.settings.Configuration;
import nereus.settings.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The section {@code server}. */
class ServerSettingsTest {
    @Test
    void theDefaultsAreLoopbackAndPoseidonsPort() {
        assertEquals(new ServerSettings("127.0.0.1", 7200, "", "", 0, Edge.LIMITS),
                ServerSettings.read(Configuration.withoutFile(Map.of()).section("server")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nereus.example.org", "ftp://h", "http://", "https://h/?a=b", "https://h/#a", "http://a b",
            "/path"})
    void aPublicUrlMustBeOne(String url) {
        Configuration configuration = Configuration.withoutFile(Map.of("NEREUS_SERVER_PUBLIC_URL", url));
        ServerSettings.read(configuration.section("server"));

        String message = assertThrows(ConfigurationException.class, configuration::finish).getMessage();

        assertEquals("the configuration: server.publicUrl must be a URL such as https://nereus.example.org, not '" + url
                + "' (NEREUS_SERVER_PUBLIC_URL)", message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"with a blank", "blank-at-its-end ", "ümlaut", "tab\t"})
    void aTokenThatNoHeaderCarriesIsRefusedAndNotPrinted(String token) {
        Configuration configuration = Configuration.withoutFile(Map.of("NEREUS_SERVER_TOKEN", token));
        ServerSettings.read(configuration.section("server"));

        String message = assertThrows(ConfigurationException.class, configuration::finish).toString();

        assertTrue(message.contains("the configuration: server.token must be"), message);
        assertFalse(message.contains(token), message);
    }

    @Test
    void anEmptyVariableTakesNothingAway() {
        Configuration configuration = Configuration.withoutFile(Map.of("NEREUS_SERVER_TOKEN", "")).with("server",
                "port",
                "7", "test");

        assertEquals(7, ServerSettings.read(configuration.section("server")).port());
        configuration.finish();
    }

    @Test
    void theTokenIsNotPrinted() {
        String text = new ServerSettings("a", 1, "secret", "", 0, Edge.LIMITS).toString();

        assertFalse(text.contains("secret"));
        assertTrue(text.contains("with a token"));
    }
}
