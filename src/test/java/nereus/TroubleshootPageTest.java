package nereus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/troubleshoot.md has every sentence that the program can say when something is wrong, and none that it cannot. What is not looked
 * for: texts of fewer than three words, the help of the command line, what is logged at INFO, the descriptions of metrics, the words of the page of the API, and the answers in
 * which the embedded agent repeats Nomad.
 */
class TroubleshootPageTest {
    private static final Path SOURCES = Path.of("src/main/java/nereus");
    private static final Path PAGE = Path.of("docs/troubleshoot.md");
    private static final Pattern ELSEWHERE = Pattern
            .compile(
                    "metrics/(\\w+Meters|Metrics)\\.java|api/(ApiPage|SchemaText)\\.java|devagent/(http|model|chaos)/.*");
    private static final Pattern NOTHING = Pattern.compile("");
    private static final Pattern SPAN = Pattern.compile("``\\s?(.+?)\\s?``|`([^`]+)`");

    @Test
    void everySentenceOfTheProgramIsOnThePage() throws Exception {
        String page = Sentences.plain(Files.readString(PAGE));
        List<String> missing = Sentences.of(SOURCES, ELSEWHERE).stream().filter(text -> !page.contains(text)).toList();

        assertEquals("", String.join("\n", missing));
    }

    @Test
    void thePageNamesNoMessageThatTheProgramDoesNotHave() throws Exception {
        Set<String> said = Sentences.of(SOURCES, NOTHING);
        assertTrue(said.size() > 500, "found only " + said.size());
        List<String> unknown = Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `"))
                .map(line -> line.replace("\\|", "\u0001").split("\\|", -1)[1].replace('\u0001', '|'))
                .flatMap(cell -> SPAN.matcher(cell).results()).map(TroubleshootPageTest::text).map(Sentences::plain)
                .filter(text -> text.replace("…", " ").strip().split("\\s+").length >= 3 && !said.contains(text))
                .toList();

        assertEquals("", String.join("\n", unknown));
    }

    @Test
    void everyStatusAndEveryCodeOfTheApiIsOnThePage() throws Exception {
        String page = Files.readString(PAGE);
        String api = Files.readString(Path.of("src/main/resources/nereus/api/openapi.json"));
        Stream<String> codes = new ObjectMapper().readTree(api).at("/components/schemas/ErrorCode/enum").valueStream()
                .map(code -> "| `" + code.textValue() + "`");
        Stream<String> statuses = Pattern.compile("\"([45][0-9]{2})\":").matcher(api).results()
                .map(status -> "| " + status.group(1) + " |");

        assertEquals(List.of(), Stream.concat(codes, statuses).distinct().filter(row -> !page.contains(row))
                .collect(Collectors.toList()));
    }

    private static String text(MatchResult span) {
        return span.group(1) == null ? span.group(2) : span.group(1);
    }
}
