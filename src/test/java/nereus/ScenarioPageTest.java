package nereus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/scenarios.md names tests that exist, at least one for each scenario. */
class ScenarioPageTest {
    private static final Pattern NAMED = Pattern.compile("`([a-z.]*)([A-Z][A-Za-z]+Test)\\.([a-z][A-Za-z0-9]+)`");

    @Test
    void everyScenarioNamesTestsAndEachOfThemExists() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("docs/scenarios.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.endsWith("| held by |")).toList();
        List<String> numbers = rows.stream().map(row -> row.split("\\|", -1)[1].strip())
                .filter(cell -> cell.matches("[0-9]+")).toList();
        assertEquals(IntStream.rangeClosed(1, 23).mapToObj(Integer::toString).toList(), numbers);
        for (String row : rows) {
            List<MatchResult> named = NAMED.matcher(row).results().toList();
            assertTrue(!named.isEmpty(), row);
            for (MatchResult test : named) {
                assertTrue(exists(test.group(1), test.group(2), test.group(3)), test.group());
            }
        }
    }

    /** A class is named without its package where only one has it. */
    private static boolean exists(String room, String type, String method) throws IOException {
        Path root = Path.of("src/test/java/nereus", room.replace('.', '/'));
        try (Stream<Path> files = Files.walk(root, room.isEmpty() ? 9 : 1)) {
            List<Path> found = files.filter(file -> file.endsWith(type + ".java")).toList();
            assertEquals(1, found.size(), () -> "%s%s is %s".formatted(room, type, found).toLowerCase(Locale.ROOT));
            String name = found.getFirst().toString().replaceFirst("src/test/java/", "").replaceFirst("\\.java$", "")
                    .replace('/', '.');
            return Arrays.stream(Class.forName(name).getDeclaredMethods()).anyMatch(m -> m.getName().equals(method));
        } catch (ClassNotFoundException missing) {
            return false;
        }
    }
}
