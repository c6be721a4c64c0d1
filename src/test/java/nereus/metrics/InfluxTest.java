package nereus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.when;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.settings.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** The points are Poseidon's, as a server gets them over HTTP. */
class InfluxTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000000006Z");
    private final Environments environments = Mockito.mock(Environments.class);

    /** Stands still, so that only we can keep points apart. */
    private final Ticker still = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return NOW;
        }
    };

    @BeforeEach
    void environment() {
        when(environments.all())
                .thenReturn(
                        List.of(new Environment(10, 5, 20, 256, "openhpi/co_execenv_python:3.8", false, List.of())));
    }

    static InfluxSettings settings(String url, String... others) {
        Configuration configuration = Configuration.withoutFile(Map.of()).with("influx", "url", url, "test")
                .with("influx", "token", "influx-token", "test").with("influx", "organization", "hpi", "test")
                .with("influx", "flush", "50ms", "test");
        for (int i = 0; i < others.length; i += 2) {
            configuration = configuration.with("influx", others[i], others[i + 1], "test");
        }
        return InfluxSettings.read(configuration.section("influx"));
    }

    private List<String> sent(InfluxServer server, String... others) throws Exception {
        InfluxSettings settings = settings(server.url(), others);
        try (InfluxQueue queue = new InfluxQueue(settings, new InfluxClient(settings), Ticker.SYSTEM)) {
            InfluxPoints points = new InfluxPoints(settings, environments, still, queue::add);
            points.beat();
            Happenings.of(points, points, points, points);
            when(environments.all()).thenReturn(List.of());
            for (int second = 1; second < 60; second++) {
                points.beat();
            }
        }
        return server.lines;
    }

    @Test
    void eachHappeningIsPoseidonsPointAndNoOther() throws Exception {
        try (InfluxServer server = new InfluxServer()) {
            List<String> expected = List.of(
                    "poseidon_poolsize,environment_id=10,stage=production prewarming_pool_size=5u",
                    "poseidon_environments,cpu_limit=20,event_type=creation,id=10,image=openhpi/co_execenv_python:3.8,memory_limit=256,network_access=false,stage=production count=1u",
                    "poseidon_nomad_idle_runners,environment_id=10,stage=production startup_duration=1500000000i",
                    "poseidon_nomad_idle_runners,environment_id=10,event_type=creation,stage=production count=1u",
                    "poseidon_nomad_idle_runners,environment_id=10,event_type=deletion,stage=production count=0u",
                    "poseidon_used_runners,environment_id=10,event_type=creation,stage=production count=1u",
                    "poseidon_provideRunner,environment_id=10,stage=production,status=200 duration=7000000i",
                    "poseidon_provideRunner,stage=production,status=500 duration=7000000i",
                    "poseidon_/files,environment_id=10,stage=production,status=204 duration=7000000i,request_size=1234i",
                    "poseidon_/execute,environment_id=10,stage=production,status=200 duration=7000000i",
                    "poseidon_nomad_executions,environment_id=10,event_type=creation,stage=production count=1u",
                    "poseidon_nomad_executions,environment_id=10,event_type=deletion,stage=production count=0u",
                    "poseidon_/websocket,environment_id=10,stage=production,status=200 duration=7000000i",
                    "poseidon_/files_list,environment_id=10,stage=production,status=200 duration=7000000i",
                    "poseidon_/files/raw,environment_id=10,stage=production,status=200 duration=7000000i",
                    "poseidon_file_download,environment_id=10,runner_id=-,stage=production actual_length=60i,expected_length=100i",
                    "poseidon_used_runners,environment_id=10,event_type=deletion,stage=production count=0u",
                    "poseidon_deleteRunner,environment_id=10,stage=production,status=204 duration=7000000i",
                    "poseidon_environments,event_type=deletion,id=10,stage=production count=0u",
                    "poseidon_nomad_jobs,event_type=periodically,stage=production count=0u",
                    "poseidon_nomad_allocations,event_type=periodically,stage=production count=0u",
                    "poseidon_nomad_events,event_type=periodically,stage=production,topic=Evaluation count=1u",
                    "poseidon_nomad_events,event_type=periodically,stage=production,topic=Job count=1u");
            List<String> lines = sent(server);

            assertEquals(sorted(expected), sorted(lines.stream().map(InfluxTest::withoutTime).toList()));
            assertTrue(server.queries.getFirst().contains("bucket=poseidon"), server.queries.toString());
            assertTrue(server.queries.getFirst().contains("org=hpi"), server.queries.toString());
            assertTrue(server.queries.getFirst().contains("precision=ns"), server.queries.toString());
            assertEquals("Token influx-token", server.tokens.getFirst());
        }
    }

    @Test
    void noTwoPointsHaveTheSameTimeAlthoughTheClockStandsStill() throws Exception {
        try (InfluxServer server = new InfluxServer()) {
            List<String> times = sent(server).stream().map(line -> line.substring(line.lastIndexOf(' ') + 1)).toList();

            assertEquals(times.size(), new HashSet<>(times).size(), times.toString());
            assertTrue(times.contains("1767323045000000006"), times.toString());
        }
    }

    @Test
    void idsOfRunnersAndExecutionsAreTagsOnlyForWhomAsksForThem() throws Exception {
        try (InfluxServer without = new InfluxServer(); InfluxServer with = new InfluxServer()) {
            assertTrue(sent(without).stream().noneMatch(line -> line.contains(Happenings.RUNNER)));
            environment();
            List<String> lines = sent(with, "runnerIds", "true");
            assertTrue(lines.stream().anyMatch(line -> line.startsWith(
                    "poseidon_used_runners,environment_id=10,event_type=deletion,id=" + Happenings.RUNNER)));
            assertTrue(lines.stream().anyMatch(line -> line.startsWith(
                    "poseidon_nomad_executions,environment_id=10,event_type=creation,id=execution-1,runner_id="
                            + Happenings.RUNNER)));
        }
    }

    @Test
    void whatAClientWroteCannotBecomeAnotherTagOrLine() {
        Point point = new Point("m, n", new TreeMap<>(Map.of("image", "a b,c=d\\\ne", "none", "")),
                new TreeMap<>(Map.of("count", Point.Value.unsigned(-1), "size", Point.Value.signed(-1))), 7);

        assertEquals("m\\,\\ n,image=a\\ b\\,c\\=d/\\ e count=0u,size=-1i 7", point.line());
    }

    private static String withoutTime(String line) {
        return line.substring(0, line.lastIndexOf(' '));
    }

    private static List<String> sorted(List<String> lines) {
        List<String> all = new ArrayList<>(lines);
        all.sort(null);
        return all;
    }
}
