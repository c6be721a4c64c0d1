package nereus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.when;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.execution.WarmthReading;
import nereus.pool.Claims;
import nereus.pool.Tally;
import nereus.pool.Troubles;
import nereus.runner.Fleet;
import nereus.runner.Line;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import nereus.sync.HouseKeeper;
import nereus.sync.SyncTally;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** docs/metrics.md and the code say the same, in both directions: names, types and labels. */
class MetricsPageTest {
    private static final Path PAGE = Path.of("docs/metrics.md");
    private static final Pattern ROW = Pattern.compile("\\| `(nereus_\\w+)` \\| (\\w+) \\|([^|]*)\\|.*");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private record Family(String type, Set<String> labels) {}

    private static String text() {
        Environments environments = Mockito.mock(Environments.class);
        Environment environment = new Environment(10, 5, 20, 256, "image", false, List.of());
        when(environments.all()).thenReturn(List.of(environment));
        when(environments.get(10)).thenReturn(Optional.of(environment));
        Fleet fleet = Mockito.mock(Fleet.class);
        Line line = Mockito.mock(Line.class);
        when(fleet.counts()).thenReturn(Map.of(10, new PoolCount(1, 2, 0, 3, 0, 0)));
        when(fleet.line()).thenReturn(line);
        when(line.lengths()).thenReturn(Map.of(10, new Line.Length(2, Ticker.SYSTEM.nanos() - 5_000_000_000L)));
        Claims claims = Mockito.mock(Claims.class);
        when(claims.tally()).thenReturn(new Tally());
        HouseKeeper houseKeeper = Mockito.mock(HouseKeeper.class);
        when(houseKeeper.last()).thenReturn(Optional.empty());
        SyncTally sync = Mockito.mock(SyncTally.class);
        when(sync.age()).thenReturn(Optional.of(Duration.ofSeconds(3)));
        InfluxSettings settings = InfluxTest.settings("http://127.0.0.1:1", "timeout", "1ms");
        try (Metrics metrics = new Metrics(environments, Ticker.SYSTEM);
                InfluxQueue queue = new InfluxQueue(settings, new InfluxClient(settings), Ticker.SYSTEM)) {
            metrics.reads(new Rooms(fleet, environments, claims, new Troubles(), new Readiness(), sync, houseKeeper,
                    () -> 4, () -> new WarmthReading(1, 2, 3, 4, 5, 6, 7, 8)));
            metrics.measures(queue);
            metrics.measuresLog(() -> 0);
            Happenings.of(metrics.requests(), metrics.runners(), metrics.executions(), metrics.sync());
            metrics.nomad().called("/v1/jobs", "PUT", 200, Duration.ofMillis(3));
            return metrics.text();
        }
    }

    private static Map<String, Family> shown(String text) {
        Map<String, Family> families = new TreeMap<>();
        text.lines().filter(line -> line.startsWith("# TYPE ")).forEach(line -> {
            List<String> words = List.of(line.split(" ", -1));
            families.put(words.get(2), new Family(words.get(3), new TreeSet<>()));
        });
        Pattern sample = Pattern.compile("(\\w+)(?:\\{(.*)})? .*");
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher matcher = sample.matcher(line);
            assertTrue(matcher.matches(), line);
            String name = matcher.group(1);
            Family family = Stream.of(name, name.replaceAll("_(bucket|sum|count)$", ""))
                    .filter(families::containsKey).map(families::get).findFirst().orElseThrow();
            String labels = matcher.group(2) == null ? "" : matcher.group(2);
            Matcher label = Pattern.compile("(\\w+)=\"").matcher(labels);
            while (label.find()) {
                if (!label.group(1).equals("le")) {
                    family.labels().add(label.group(1));
                }
            }
        });
        return families;
    }

    @Test
    void everyNameIsOnThePageWithItsTypeAndLabelsAndNoOther() throws Exception {
        Map<String, Family> told = new TreeMap<>();
        for (String row : Files.readAllLines(PAGE)) {
            Matcher matcher = ROW.matcher(row);
            if (matcher.matches()) {
                // What stands in brackets are values.
                Matcher label = NAME.matcher(matcher.group(3).replaceAll("\\([^)]*\\)", ""));
                Set<String> labels = label.results().map(found -> found.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
                told.put(matcher.group(1), new Family(matcher.group(2), labels));
            }
        }
        Map<String, Family> shown = shown(text());
        Map<String, Family> ours = new TreeMap<>();
        shown.forEach((name, family) -> {
            if (name.startsWith("nereus_") && !(name.endsWith("_max") && shown
                    .containsKey(name.substring(0, name.length() - 4)))) {
                ours.put(name, family);
            }
        });

        assertEquals(told, ours);
        List<String> others = shown.keySet().stream().filter(name -> !name.startsWith("nereus_")
                && Stream.of("jvm_", "process_", "system_").noneMatch(name::startsWith)).toList();
        assertEquals(List.of(), others);
        List<String> odd = shown.entrySet().stream().filter(family -> !family.getValue().type().equals("histogram")
                && family.getKey().matches(".*(_count|_sum|_bucket|_(ns|ms|millis)(_.*)?)")).map(Map.Entry::getKey)
                .toList();
        assertEquals(List.of(), odd, "as promtool has it");
    }

    @Test
    void numbersAreWhatWasTold() {
        List<String> lines = text().lines().toList();

        for (String expected : List.of("nereus_claims_seconds_count{environment=\"10\",result=\"granted\"} 1",
                "nereus_claims_seconds_count{environment=\"10\",result=\"no_runner\"} 1",
                "nereus_http_bytes_total{direction=\"in\",route=\"/files\"} 1234.0",
                "nereus_requests_seconds_count{route=\"deleteRunner\",status=\"204\"} 1",
                "nereus_runners{environment=\"10\",state=\"claimed\"} 3.0",
                "nereus_refill_missing{environment=\"10\"} 2.0", "nereus_claims_waiting{environment=\"10\"} 2.0",
                "nereus_executions_seconds_sum{environment=\"10\",outcome=\"exit_zero\"} 0.3",
                "nereus_execution_bytes_total{direction=\"out\"} 77.0", "nereus_executions_running 0.0",
                "nereus_resync_age_seconds 3.0", "nereus_connections 4.0",
                "nereus_runner_starts_seconds_count{environment=\"10\",result=\"failed\"} 1",
                "nereus_events_total{topic=\"Job\"} 1.0", "nereus_ready 0.0")) {
            assertTrue(lines.contains(expected), expected + " is missing");
        }
        assertFalse(lines.stream().anyMatch(line -> line.contains("/websocket\",status")));
    }

    @Test
    void noRunnerExecutionOrTokenIsALabel() {
        assertTrue(Arrays.stream(new String[]{Happenings.RUNNER, "execution-1", "frontend", "127.0.0.1"})
                .noneMatch(text()::contains));
    }

    @Test
    void nobodyMakesUpLabels() {
        Environments none = Mockito.mock(Environments.class);
        when(none.get(Mockito.anyInt())).thenReturn(Optional.empty());
        try (Metrics metrics = new Metrics(none, Ticker.SYSTEM)) {
            for (int environment = 0; environment < 100; environment++) {
                metrics.requests().served(Happenings.served("provideRunner", 404, null, 0, null,
                        "UnknownEnvironment", environment));
            }

            assertTrue(metrics.text().contains(
                    "nereus_claims_seconds_count{environment=\"unknown\",result=\"unknown_environment\"} 100"));
        }
    }
}
