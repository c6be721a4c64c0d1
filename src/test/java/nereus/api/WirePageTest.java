package nereus.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/wire.md names tests that exist. */
class WirePageTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z]+)\\.([a-z][A-Za-z0-9]+)`");

    private static final List<String> ROOMS = List.of("nereus.", "nereus.api.", "nereus.execution.", "nereus.files.",
            "nereus.environment.", "nereus.pool.", "nereus.runner.", "nereus.sync.",
            "nereus.chaos.");

    @Test
    void everyTestThatThePageNamesExists() throws IOException {
        List<MatchResult> named = NAMED.matcher(Files.readString(Path.of("docs/wire.md"))).results().toList();

        assertTrue(named.size() > 30, "the page names only " + named.size() + " tests");
        for (MatchResult test : named) {
            assertTrue(ROOMS.stream().anyMatch(room -> exists(room + test.group(1) + "Test", test.group(2))),
                    test.group());
        }
    }

    private static boolean exists(String type, String method) {
        try {
            return Arrays.stream(Class.forName(type).getDeclaredMethods()).anyMatch(m -> m.getName().equals(method));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
