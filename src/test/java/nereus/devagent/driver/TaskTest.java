package nereus.devagent.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import nereus.devagent.driver.Bench.Opened;
import nereus.devagent.driver.Bench.Started;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Task;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.driver.TaskDriver.TaskSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tasks from their start to their end. */
@Timeout(60)
class TaskTest {
    @TempDir
    static Path work;
    static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(work);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @ParameterizedTest
    @EnumSource
    void theExitOfAMainProcessIsToldWithItsCode(SandboxKind kind) throws Exception {
        ProcessDriver driver = bench.driver(kind);
        Started exits = Bench.start(driver, Map.of("command", "/bin/sh", "args", List.of("-c", "exit 3")));
        Started dies = Bench.start(driver, Map.of("command", "/bin/sh", "args", List.of("-c", "kill -KILL $$")));
        assertEquals(new TaskExit(3, 0, false), exits.exit().get(10, TimeUnit.SECONDS));
        assertEquals(new TaskExit(137, 0, false), dies.exit().get(10, TimeUnit.SECONDS));
        exits.task().kill();
        assertEquals(List.of(), directories(driver), "both are cleaned up");
    }

    @ParameterizedTest
    @EnumSource
    void aMainProgramOrImageThatIsMissingIsTold(SandboxKind kind) throws Exception {
        ProcessDriver driver = bench.driver(kind);
        assertTrue(message(assertThrows(DriverFailure.class, () -> Bench.start(driver, Map.of("command", "/no/such"))))
                .contains("exec: \"/no/such\": stat /no/such: no such file or directory: unknown"));
        assertTrue(message(assertThrows(DriverFailure.class,
                () -> Bench.start(driver, Map.of("image", "missing/image:1", "command", "sleep"))))
                .startsWith("Failed to pull `missing/image:1`: "));
        assertEquals(List.of(), directories(driver), "nothing is left");
    }

    @ParameterizedTest
    @EnumSource
    void killLeavesNoProcessMountDirectoryOrDescriptor(SandboxKind kind) throws Exception {
        ProcessDriver driver = bench.driver(kind);
        Bench.start(driver).task().kill(); // What is loaded once is open by now.
        String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
        int descriptors = descriptors();
        Started started = Bench.start(driver);
        // In their command lines, since not every agent may read the environment of another user.
        String mark = ": " + started.id() + "; ";
        List<Heard> programs = new ArrayList<>();
        programs.add(Bench.plain(started.task(), mark + "echo on; sleep 1000; exit 0"));
        programs.add(Bench.plain(started.task(), mark + "trap '' HUP TERM INT; echo on; while :; do sleep 0.1; done"));
        programs.add(Bench.plain(started.task(), mark + "setsid sleep 1000 & echo on; exit 1"));
        programs.add(
                Bench.plain(started.task(), mark + "respawn() { sleep 0.02; respawn & }; respawn & echo on; exit 1"));
        programs.add(Bench.plain(started.task(), mark +
                "mkdir -p d/e; touch d/e/f; chmod 000 d/e d; ln -s / l; echo on; kill -STOP $$"));
        programs.add(Bench.terminal(started.task(), "/bin/bash", "-c", "echo on; exec cat").heard());
        for (Heard heard : programs) {
            heard.awaitOut("on");
        }
        Opened detached = Bench.pipes(started.task(), "/bin/cat", "/dev/zero");
        detached.exec().detach();
        assertFalse(Bench.processesWith(started.id()).isEmpty());
        started.task().kill();
        assertEquals(List.of(), Bench.processesWith(started.id()));
        assertEquals(List.of(), directories(driver));
        assertEquals(mounts, Files.readString(Path.of("/proc/self/mountinfo")));
        assertEquals(137, started.exit().get(1, TimeUnit.SECONDS).code());
        for (Heard heard : programs) {
            heard.exit();
        }
        awaitDescriptors(descriptors);
    }

    @ParameterizedTest
    @EnumSource
    void killingTwiceAndAtOnceTellsOneExit(SandboxKind kind) throws Exception {
        Started started = Bench.start(bench.driver(kind));
        List<Thread> killers = Stream.generate(() -> Thread.startVirtualThread(started.task()::kill)).limit(5).toList();
        for (Thread killer : killers) {
            killer.join();
        }
        started.task().kill();
        assertEquals(137, started.exit().get(1, TimeUnit.SECONDS).code(), "told once: Bench fails otherwise");
    }

    @ParameterizedTest
    @EnumSource
    void aTaskThatTakesMoreThanItsMemoryIsKilledAndThatIsTold(SandboxKind kind) throws Exception {
        ProcessDriver driver = bench.driver(kind);
        assumeTrue(driver.capabilities().memoryLimit(), "the memory control group cannot be written to here");
        String hog = "x=$(head -c 200000000 /dev/zero | tr '\\0' x)";
        Started lives = Bench.start(driver);
        assertEquals(137, Bench.plain(lives.task(), hog).exit());
        assertEquals(0, Bench.plain(lives.task(), "exit 0").exit(), "only the program was killed");
        lives.task().kill();
        Started dies = Bench.start(driver, Map.of("command", "/bin/bash", "args", List.of("-c", hog)));
        assertEquals(new TaskExit(137, 0, true), dies.exit().get(10, TimeUnit.SECONDS));
        Started exits = Bench.start(driver, Map.of("command", "/bin/sh", "args", List.of("-c", "kill -KILL $$")));
        assertEquals(new TaskExit(137, 0, false), exits.exit().get(10, TimeUnit.SECONDS));
        try (Stream<Path> groups = Files.list(
                Path.of(Files.exists(Path.of("/sys/fs/cgroup/memory")) ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup"))) {
            assertEquals(List.of(),
                    groups.map(Path::toString)
                            .filter(name -> name.contains(dies.id().replace("-", "").substring(0, 12)))
                            .toList(),
                    "its group is gone");
        }
    }

    @ParameterizedTest
    @EnumSource
    void orphansAreCollected(SandboxKind kind) throws Exception {
        assumeTrue(bench.driver(kind).capabilities().ownProcesses(), "orphans go to the machine's own first process");
        Task task = bench.task(kind);
        Heard heard = Bench.plain(task, "(sleep 0.05 & echo $!)");
        assertEquals(0, heard.exit());
        assertEquals(0, Bench.plain(task, "while [ -e /proc/" + heard.out().strip() + " ]; do sleep 0.01; done").exit(),
                "it is not left as a zombie");
    }

    @ParameterizedTest
    @EnumSource
    void aRunnerSeesItsOwnFilesAndTheSystemReadOnly(SandboxKind kind) throws Exception {
        assumeTrue(bench.driver(kind).capabilities().ownFiles(), "the sandbox kind has no files of its own");
        Task task = bench.task(kind);
        Heard heard = Bench.plain(task,
                "pwd; stat -c '%a %U' /workspace /tmp /home/user; touch /usr/x 2>/dev/null || echo refused; "
                        + "grep -c . /etc/shadow; id -u user; ls /workspace /home; [ -e " + work + " ] || echo hidden");
        assertEquals(0, heard.exit(), heard.err());
        String owner = bench.driver(kind).capabilities().realUsers() ? "user" : "root";
        assertEquals(
                "/workspace\n1777 root\n1777 root\n755 " + owner
                        + "\nrefused\n0\n1000\n/home:\nuser\n\n/workspace:\nhidden\n",
                heard.out());
    }

    @ParameterizedTest
    @EnumSource
    void aRunnersRootCannotMountOrChangeTheKernel(SandboxKind kind) throws Exception {
        assumeTrue(bench.driver(kind).capabilities().ownFiles(), "the sandbox kind has no files of its own");
        Heard heard = Bench.plain(bench.task(kind),
                "mount -t tmpfs none /tmp && echo mounted; mount -o remount,rw /usr && echo remounted; "
                        + "echo 1 >/proc/sys/vm/drop_caches && echo written; ls /proc/1/root/ >/dev/null && echo first; echo end");
        assertEquals(0, heard.exit());
        assertEquals("end\n", heard.out().replace("first\n", ""));
    }

    @ParameterizedTest
    @EnumSource
    void aRunnerHasLoopbackOnly(SandboxKind kind) throws Exception {
        assumeTrue(bench.driver(kind).capabilities().ownNetwork(), "the sandbox kind has no network of its own");
        Heard heard = Bench.plain(bench.task(kind), "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; "
                + "exec 3<>/dev/tcp/127.0.0.1/9; echo $?; head -1 /etc/hosts");
        heard.exit();
        assertTrue(heard.out().startsWith("lo\n"), heard.out());
        assertTrue(heard.err().contains("Connection refused"), "loopback is up: " + heard.err());
    }

    @ParameterizedTest
    @EnumSource
    void killMinusOneInsideReachesNothingOutside(SandboxKind kind) throws Exception {
        assumeTrue(bench.driver(kind).capabilities().ownProcesses() || Libc.effectiveUser() == 0,
                "without root and namespaces it would end this very process");
        Started other = Bench.start(bench.driver(kind));
        Started started = Bench.start(bench.driver(kind));
        Bench.plain(started.task(), "kill -KILL -1").exit();
        started.exit().get(10, TimeUnit.SECONDS);
        assertEquals(0, Bench.plain(other.task(), "exit 0").exit());
        other.task().kill();
    }

    @ParameterizedTest
    @EnumSource
    void oneWorkDirectoryHasOneDriverAndIsSweptByTheNext(SandboxKind kind) throws Exception {
        bench.driver(kind);
        Path own = work.resolve("swept-" + kind.setting());
        Path left;
        try (ProcessDriver first = ProcessDriver.open(own, Optional.of(kind))) {
            left = first.tasks().resolve("left/behind");
            assertTrue(
                    message(assertThrows(UncheckedIOException.class, () -> ProcessDriver.open(own, Optional.of(kind))))
                            .contains("in use by another agent"));
        }
        Files.createDirectories(left);
        try (ProcessDriver second = ProcessDriver.open(own, Optional.of(kind))) {
            assertEquals(List.of(), directories(second));
        }
        assertTrue(left.startsWith(own) || !Files.exists(left.resolve("../..").normalize()), "nothing is left in /tmp");
    }

    @Test
    void theBestKindThatWorksIsChosen() {
        try (ProcessDriver driver = ProcessDriver.open(work.resolve("chosen"), Optional.empty())) {
            SandboxKind chosen = driver.capabilities().sandbox();
            for (SandboxKind better : SandboxKind.values()) {
                if (better.compareTo(chosen) < 0) {
                    assertThrows(SandboxUnavailable.class,
                            () -> ProcessDriver.open(work.resolve("better"), Optional.of(better)));
                }
            }
            assertTrue(driver.capabilities().meaning().contains("of kind " + chosen.setting()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTaskMayHaveAPathOfItsOwn(SandboxKind kind) throws Exception {
        CompletableFuture<TaskExit> exit = new CompletableFuture<>();
        Task task = bench.driver(kind).start(new TaskSpec("path-" + kind, "job", "task", "docker",
                Map.of("command", "/bin/sleep", "args", List.of("1000")), Map.of("PATH", "/nowhere"), 0, 0),
                exit::complete);
        Opened opened = Bench.terminal(task, "/bin/sh", "-c", "echo $PATH");
        assertEquals(0, opened.heard().exit());
        assertEquals("/nowhere\r\n", opened.heard().out());
        task.kill();
        assertEquals(137, exit.get(1, TimeUnit.SECONDS).code());
    }

    @ParameterizedTest
    @EnumSource
    void closingTheDriverKillsAllTasks(SandboxKind kind) throws Exception {
        bench.driver(kind);
        ProcessDriver driver = ProcessDriver.open(work.resolve("closed-" + kind.setting()), Optional.of(kind));
        Started one = Bench.start(driver);
        Started two = Bench.start(driver);
        driver.close();
        assertEquals(List.of(), Bench.processesWith(one.id()));
        assertEquals(List.of(), Bench.processesWith(two.id()));
        assertEquals(137, one.exit().get(1, TimeUnit.SECONDS).code());
        assertEquals(137, two.exit().get(1, TimeUnit.SECONDS).code());
        assertThrows(DriverFailure.class, () -> Bench.start(driver));
    }

    @ParameterizedTest
    @EnumSource
    void tasksDieWithAnAgentThatIsKilled(SandboxKind kind) throws Exception {
        bench.driver(kind);
        Process agent = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"),
                AgentToKill.class.getName(), work.resolve("killed-" + kind.setting()).toString(), kind.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var lines = agent.inputReader()) {
            String id = lines.lines().filter(line -> line.startsWith("task ")).findFirst().orElseThrow()
                    .substring("task ".length());
            assertFalse(Bench.processesWith(id).isEmpty());
            agent.destroyForcibly().waitFor();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            List<String> left = Bench.processesWith(id);
            while (!left.isEmpty() && System.nanoTime() < end) {
                left = Bench.processesWith(id);
            }
            assertEquals(List.of(), left);
        } finally {
            agent.destroyForcibly();
        }
        try (ProcessDriver next = ProcessDriver.open(work.resolve("killed-" + kind.setting()), Optional.of(kind))) {
            assertEquals(List.of(), directories(next), "the next agent removes what the killed one left");
        }
    }

    @Test
    void aRunnerThatWasStartedTooLateToDieWithItsAgentIsKilledByTheNextAgent() throws Exception {
        Path state = work.resolve("late");
        Path tasks = Files.createDirectories(state.resolve("tasks"));
        ProcessBuilder late = new ProcessBuilder("/bin/sh", "-c", "read x", "sh",
                tasks.resolve("late/root").toString());
        Process other = late.start();
        late.environment().put("NOMAD_ALLOC_ID", "late");
        Process left = late.start();
        try (ProcessDriver next = ProcessDriver.open(state, Optional.empty())) {
            assertEquals(List.of(), directories(next));
            assertEquals(137, left.onExit().orTimeout(10, TimeUnit.SECONDS).join().exitValue());
            assertTrue(other.isAlive(), "what only names the directory is somebody else's");
        } finally {
            left.destroyForcibly();
            other.destroyForcibly();
        }
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    private static List<String> directories(ProcessDriver driver) throws IOException {
        try (Stream<Path> entries = Files.list(driver.tasks())) {
            // A task which tests of this class share stays.
            return entries.map(path -> path.getFileName().toString()).filter(name -> !name.equals(".lock"))
                    .filter(name -> !bench.isShared(name)).sorted().toList();
        }
    }

    private static int descriptors() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            return (int) entries.count();
        }
    }

    /** A descriptor is closed a moment after the last byte was delivered. */
    private static void awaitDescriptors(int expected) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (descriptors() > expected && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(expected, descriptors());
    }
}
