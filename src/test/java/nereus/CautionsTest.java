package nereus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;

/** What is said at a start about settings that leave a door open. */
class CautionsTest {
    private static List<String> of(String... settings) {
        Configuration configuration = Configuration.withoutFile(Map.of());
        for (int i = 0; i < settings.length; i += 3) {
            configuration = configuration.with(settings[i], settings[i + 1], settings[i + 2], "test");
        }
        return Cautions.of(Settings.read(configuration));
    }

    @Test
    void tokensThatGoOverTheNetworkAsPlainTextAreWarnedOf() {
        List<String> told = of("server", "address", "0.0.0.0", "server", "token", "secret-4711");
        assertEquals(1, told.size(), told.toString());
        assertTrue(told.getFirst().contains("server.certificateFile") && told.getFirst().contains("0.0.0.0"),
                told.toString());
        assertEquals(List.of(), of("server", "token", "secret-4711"));
        assertEquals(List.of(), of("server", "address", "0.0.0.0", "server", "token", "x", "server", "certificateFile",
                "chain.pem", "server", "keyFile", "key.pem"));
    }

    @Test
    void anAddressThatNeedsNoTokenIsWarnedOfBeforeAnythingElse() {
        List<String> told = of("server", "address", "0.0.0.0", "nomad", "token", "t", "nomad", "addresses",
                "http://10.1.2.3:4646");
        assertEquals(2, told.size(), told.toString());
        assertTrue(told.getFirst().contains("server.tokenFiles"), told.toString());
        assertTrue(told.getLast().contains("nomad.addresses"), told.toString());
    }
}
