package nereus;

import static nereus.Frontend.eventually;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.execution.Executions;
import nereus.execution.WarmthReading;
import nereus.settings.Configuration;

/** The whole service on the embedded agent with Nomad's delays, all in this process; and what shows whether something was left. */
final class ProvingGround {
    private final Vertx vertx = Vertx.vertx();
    private final ProcessDriver driver;
    private final Agent agent;
    private final Nereus nereus;
    private final Frontend frontend;

    /** @param settings named {@code section.name} */
    ProvingGround(Path work, Map<String, String> settings) throws Exception {
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0), vertx, driver);
        Configuration configuration = Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                .with("pool", "giveWay", "50ms", "test")
                .with("server", "drain", "0", "test")
                .with("nomad", "addresses", "http://127.0.0.1:" + agent.address().getPort(), "test");
        for (Map.Entry<String, String> setting : new HashMap<>(settings).entrySet()) {
            String[] name = setting.getKey().split("\\.", 2);
            configuration = configuration.with(name[0], name[1], setting.getValue(), "test");
        }
        nereus = new Nereus(Settings.read(configuration), Optional.of("test"));
        frontend = new Frontend(nereus.port());
    }

    Frontend frontend() {
        return frontend;
    }

    /** A further frontend, which is the caller's to close; with it goes what its library keeps. */
    Frontend another() {
        return new Frontend(nereus.port());
    }

    WarmthReading warmth() {
        return nereus.warmth();
    }

    Executions executions() {
        return nereus.executions();
    }

    /** Makes an environment and claims so many of its runners. */
    List<String> claim(int runners) {
        frontend.putEnvironment(1, runners);
        List<String> claimed = new ArrayList<>();
        while (claimed.size() < runners) {
            claimed.add(frontend.claim(1, 3600));
        }
        frontend.awaitIdle(1, runners);
        awaitWarm();
        return claimed;
    }

    /** Waits until every runner that is to be has a pair ready. */
    void awaitWarm() {
        eventually("all that is kept is ready", () -> {
            WarmthReading now = warmth();
            return now.ready() == now.runners() && now.runners() > 0;
        });
    }

    /** What runs below this process, by how often: command lines, the first characters of each. */
    Map<String, Integer> processes() {
        Map<String, Integer> all = new HashMap<>();
        ProcessHandle.current().descendants().map(ProvingGround::line).filter(line -> !line.isEmpty())
                .forEach(line -> all.merge(line, 1, Integer::sum));
        return all;
    }

    /** Whether nothing runs that did not run then. */
    boolean noneBeside(Map<String, Integer> before) {
        return processes().entrySet().stream()
                .allMatch(now -> now.getValue() <= before.getOrDefault(now.getKey(), 0));
    }

    /** Processor time, in ticks, of all processes below this one whose command line is such. */
    static long ticks(Predicate<String> which) {
        return ProcessHandle.current().descendants().filter(process -> which.test(line(process)))
                .mapToLong(process -> {
                    try {
                        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
                        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                    } catch (IOException ended) {
                        return 0;
                    }
                }).sum();
    }

    private static String line(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
            return line.substring(0, Math.min(80, line.length()));
        } catch (IOException ended) {
            return "";
        }
    }

    static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Bytes that are in use after a collection; the least of three. */
    static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            ManagementFactory.getMemoryMXBean().gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    void close() throws Exception {
        // First: the frontend waits for what is still open.
        nereus.close();
        frontend.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }
}
