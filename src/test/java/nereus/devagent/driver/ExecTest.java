package nereus.devagent.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import nereus.devagent.driver.Bench.Opened;
import nereus.devagent.driver.Bench.Started;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.ExecListener;
import nereus.devagent.driver.TaskDriver.Task;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs run in a task without a terminal. Over 400 lines, since all of it runs on one bench, in each sandbox. */
@Timeout(60)
class ExecTest {
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
    void standardOutputErrorAndExitCodeArriveApart(SandboxKind kind) throws Exception {
        Heard heard = Bench.plain(bench.task(kind), "echo out; echo err >&2; exit 3");
        assertEquals(3, heard.exit());
        assertEquals("out\n", heard.out());
        assertEquals("err\n", heard.err());
    }

    @ParameterizedTest
    @EnumSource
    void aProgramKilledBySignalNEndsWith128PlusN(SandboxKind kind) throws Exception {
        Heard killed = Bench.plain(bench.task(kind), "kill -9 $$");
        Heard terminated = Bench.plain(bench.task(kind), "kill -TERM $$");
        assertEquals(137, killed.exit());
        assertEquals(143, terminated.exit());
        assertEquals("", killed.err(), "nothing of ours tells of the signal");
    }

    @ParameterizedTest
    @EnumSource
    void aProgramStoppedAndThenKilledIsSeenToEnd(SandboxKind kind) throws Exception {
        Opened stopped = Bench.pipes(bench.task(kind), "/bin/bash", "-c", "echo $$; kill -STOP $$; echo on");
        String pid = stopped.heard().awaitOut("\n").strip();
        assertEquals(0,
                Bench.plain(bench.task(kind),
                        "until grep -q '^State:.T' /proc/" + pid + "/status; do :; done; kill -KILL " + pid)
                        .exit());
        assertEquals(137, stopped.heard().exit());
    }

    @ParameterizedTest
    @EnumSource
    void inputArrivesAndItsEndIsSeen(SandboxKind kind) throws Exception {
        Opened cat = Bench.pipes(bench.task(kind), "/bin/cat");
        cat.exec().write("abc".getBytes(UTF_8));
        cat.heard().awaitOut("abc");
        assertFalse(cat.heard().hasExited());
        cat.exec().closeInput();
        assertEquals(0, cat.heard().exit());
    }

    @ParameterizedTest
    @EnumSource
    void aMissingProgramIsToldInDockersWords(SandboxKind kind) throws Exception {
        Opened missing = Bench.pipes(bench.task(kind), "/no/such");
        assertEquals(126, missing.heard().exit());
        assertEquals("OCI runtime exec failed: exec failed: unable to start container process: exec: \"/no/such\": "
                + "stat /no/such: no such file or directory: unknown\r\n", missing.heard().out());
        Opened unknown = Bench.pipes(bench.task(kind), "nosuch");
        assertEquals(126, unknown.heard().exit());
        assertEquals("OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": "
                + "executable file not found in $PATH: unknown\r\n", unknown.heard().out());
        Opened refused = Bench.pipes(bench.task(kind), "/etc/passwd");
        assertEquals(126, refused.heard().exit());
        assertTrue(refused.heard().out().contains("exec: \"/etc/passwd\": permission denied: unknown"),
                refused.heard().out());
    }

    @ParameterizedTest
    @EnumSource
    void theEnvironmentIsTheTasksAndNothingOfTheAgents(SandboxKind kind) throws Exception {
        Opened env = Bench.pipes(bench.task(kind), "env");
        assertEquals(0, env.heard().exit());
        List<String> names = env.heard().out().lines().map(line -> line.replaceAll("=.*", "")).sorted().toList();
        assertTrue(names.containsAll(List.of("HOME", "HOSTNAME", "NOMAD_ALLOC_ID", "NOMAD_TASK_NAME", "PATH")),
                names::toString);
        assertTrue(List
                .of("HOME", "HOSTNAME", "NOMAD_ALLOC_ID", "NOMAD_TASK_NAME", "PATH", "PWD", "TMPDIR", "_", "SHLVL",
                        "OLDPWD")
                .containsAll(names), names::toString);
    }

    @ParameterizedTest
    @EnumSource
    void programsOfOneTaskSeeEachOther(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        Opened first = Bench.pipes(task, "/bin/bash", "-c", "exec 9>&2; echo $$; read line; echo read $line");
        String pid = first.heard().awaitOut("\n").strip();
        Heard second = Bench.plain(task, "echo there >/proc/" + pid + "/fd/9 && grep ^Name: /proc/" + pid + "/status");
        assertEquals(0, second.exit(), second.err());
        assertEquals("Name:\tbash\n", second.out());
        first.exec().write("it\n".getBytes(UTF_8));
        assertEquals(0, first.heard().exit());
        assertEquals("there\n", first.heard().err(), "descriptor 9 of the first was opened by the second");
        assertTrue(first.heard().out().contains("read it"));
    }

    @ParameterizedTest
    @EnumSource
    void rootBecomesUserAndStillReadsItsLimits(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        assumeTrue(bench.driver(kind).capabilities().realUsers(), "the sandbox kind has no second user here");
        Opened user = Bench.pipes(task, "/bin/bash", "-c",
                "ulimit -x 4711; exec setpriv --reuid=user --regid=user --init-groups "
                        + "env HOME=/home/user USER=user /bin/bash -c 'id -un; echo hi >~/f && cat ~/f; echo w >/workspace/w && echo $$; read x'");
        String text = user.heard().awaitOut("hi\n");
        assertTrue(text.startsWith("user\nhi\n"), text);
        Heard root = Bench.plain(task, "for p in /proc/[0-9]*; do mapfile -t -s 11 -n 1 l <$p/limits; set -- ${l[0]}; "
                + "[ \"$4\" = 4711 ] && { grep ^Uid: $p/status; kill -KILL ${p#/proc/}; }; done; stat -c %U /workspace/w");
        assertEquals(0, root.exit(), root.err());
        assertEquals("Uid:\t1000\t1000\t1000\t1000\nuser\n", root.out());
        assertEquals(137, user.heard().exit());
    }

    @ParameterizedTest
    @EnumSource
    void backgroundProcessesDoNotDelayTheExitAndLiveOn(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        Heard heard = Bench.plain(task,
                "f=$HOME/$$; (until [ -e $f.go ]; do sleep 0.01; done; echo late; echo $? >$f.written) & "
                        + "echo early; echo $f >&2");
        assertEquals(0, heard.exit());
        assertEquals("early\n", heard.out());
        String file = heard.err().strip();
        Heard later = Bench.plain(task,
                "touch " + file + ".go; until grep . " + file + ".written; do :; done 2>/dev/null");
        assertEquals(0, later.exit());
        assertEquals("0\n", later.out(), "it could still write");
        assertEquals("early\n", heard.out(), "and that was dropped");
    }

    @ParameterizedTest
    @EnumSource
    void aProcessThatHasEndedIsForgottenWithItsListener(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        for (boolean terminal : List.of(false, true)) {
            Forgotten ended = Forgotten.after(task, "exit 3", terminal, (exec, heard) -> assertEquals(3, heard.exit()));
            eventually("the listener is forgotten", ended::listener);
            eventually("the process is forgotten", ended::exec);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListenerIsForgottenThoughItsPipesAreHeldOrItsProcessLivesOn(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        Forgotten held = Forgotten.after(task, "sleep 1000 & echo $! >$HOME/held", false,
                (exec, heard) -> assertEquals(0, heard.exit()));
        eventually("the listener of an ended process is forgotten", held::listener);
        assertEquals(0, Bench.plain(task, "kill $(cat $HOME/held)").exit(), "what holds its pipes still lives");
        eventually("the process is forgotten when nobody holds its pipes", held::exec);
        Forgotten detached = Forgotten.after(task, "echo $$ >$HOME/living; echo; exec sleep 1000", false,
                (exec, heard) -> {
                    heard.awaitOut("\n");
                    exec.detach();
                });
        eventually("the listener that was detached is forgotten", detached::listener);
        assertEquals(0, Bench.plain(task, "kill $(cat $HOME/living)").exit(), "its process still lives");
        eventually("the process is forgotten once it has ended", detached::exec);
    }

    /** What is to be held by nobody. */
    private record Forgotten(WeakReference<Exec> execReference, WeakReference<Heard> heardReference) {
        /** In a method of its own, whose variables are away when it has returned. */
        static Forgotten after(Task task, String script, boolean terminal, Ended ended) throws Exception {
            Heard heard = new Heard();
            Exec exec = task.exec(List.of("/bin/bash", "-c", script), terminal, heard);
            ended.await(exec, heard);
            return new Forgotten(new WeakReference<>(exec), new WeakReference<>(heard));
        }

        boolean exec() {
            return gone(execReference);
        }

        boolean listener() {
            return gone(heardReference);
        }
    }

    private interface Ended {
        void await(Exec exec, Heard heard) throws Exception;
    }

    private static boolean gone(WeakReference<?> reference) {
        System.gc();
        return reference.refersTo(null);
    }

    @ParameterizedTest
    @EnumSource
    void a64MebibytePipeIsExact(SandboxKind kind) throws Exception {
        Digest digest = new Digest();
        bench.task(kind)
                .exec(List.of("/bin/bash", "-c",
                        "head -c 67108864 /dev/zero | tr '\\0' 'x'; head -c 100000 /dev/zero >&2"), false,
                        digest);
        assertEquals(0, digest.exit.get(30, TimeUnit.SECONDS));
        assertEquals(67108864, digest.count);
        assertEquals(100000, digest.errors);
        assertEquals(4096, digest.longest);
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        byte[] block = "x".repeat(1 << 16).getBytes(UTF_8);
        for (int i = 0; i < 1024; i++) {
            expected.update(block);
        }
        assertEquals(HexFormat.of().formatHex(expected.digest()), HexFormat.of().formatHex(digest.sum.digest()));
    }

    @ParameterizedTest
    @EnumSource
    void muchInputArrivesExactly(SandboxKind kind) throws Exception {
        Opened sum = Bench.pipes(bench.task(kind), "sha256sum");
        byte[] data = new byte[5_000_000];
        new java.util.Random(7).nextBytes(data);
        sum.exec().write(data);
        sum.exec().closeInput();
        assertEquals(0, sum.heard().exit());
        assertEquals(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data)) + "  -\n",
                sum.heard().out());
    }

    @ParameterizedTest
    @EnumSource
    void aSlowListenerBlocksItsOwnProcessOnly(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        Digest digest = new Digest();
        task.exec(List.of("/bin/bash", "-c", "head -c 1000000 /dev/zero; echo done >/tmp/$NOMAD_ALLOC_ID.done"), false,
                new ExecListener() {
                    @Override
                    public void output(boolean stderr, byte[] data) {
                        blocked.countDown();
                        awaitQuietly(release);
                        digest.output(stderr, data);
                    }

                    @Override
                    public void exited(int code) {
                        digest.exited(code);
                    }
                });
        assertTrue(blocked.await(10, TimeUnit.SECONDS));
        for (int i = 0; i < 20; i++) {
            assertEquals(0, Bench.plain(task, "exit 0").exit());
        }
        Heard waiting = Bench.plain(task, "[ ! -e /tmp/$NOMAD_ALLOC_ID.done ]");
        assertEquals(0, waiting.exit(), "the process has not got on");
        release.countDown();
        assertEquals(0, digest.exit.get(10, TimeUnit.SECONDS));
        assertEquals(1_000_000, digest.count);
        assertEquals(0, Bench.plain(task, "rm /tmp/$NOMAD_ALLOC_ID.done").exit());
    }

    @ParameterizedTest
    @EnumSource
    void aDetachedProcessLivesOnWithItsInputOpenAndBlocks(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        Opened reader = Bench.pipes(task, "/bin/bash", "-c", "echo $$; read x; echo ended >/dev/tty");
        String readerPid = reader.heard().awaitOut("\n").strip();
        reader.exec().detach();
        Opened writer = Bench.pipes(task, "/bin/bash", "-c", "echo $$; read x; exec cat /dev/zero");
        String writerPid = writer.heard().awaitOut("\n").strip();
        writer.exec().write("\n".getBytes(UTF_8));
        writer.exec().detach();
        Heard both = Bench.plain(task,
                "until grep -q pipe_write /proc/" + writerPid + "/wchan 2>/dev/null || grep -q ^State:.S /proc/"
                        + writerPid + "/status; do :; done; kill -0 " + readerPid + " && kill -KILL " + readerPid + " "
                        + writerPid);
        assertEquals(0, both.exit(), both.err());
        assertFalse(reader.heard().hasExited());
    }

    @ParameterizedTest
    @EnumSource
    void aWriterBlocksWhileTheProcessDoesNotRead(SandboxKind kind) throws Exception {
        Opened deaf = Bench.pipes(bench.task(kind), "/bin/bash", "-c", "echo $$; exec sleep 1000");
        String pid = deaf.heard().awaitOut("\n").strip();
        Thread writer = Thread.startVirtualThread(() -> deaf.exec().write(new byte[1_000_000]));
        assertFalse(writer.join(java.time.Duration.ofMillis(100)), "it cannot have written all");
        Bench.plain(bench.task(kind), "kill -KILL " + pid).exit();
        assertEquals(137, deaf.heard().exit());
        assertTrue(writer.join(java.time.Duration.ofSeconds(10)), "the end of the process ends the write");
    }

    @ParameterizedTest
    @EnumSource
    void aProgramOfAKilledTaskEndsWith137AndNoneStartsAfterwards(SandboxKind kind) throws Exception {
        Started started = Bench.start(bench.driver(kind));
        Opened sleep = Bench.pipes(started.task(), "/bin/bash", "-c", "echo started; sleep 100");
        sleep.heard().awaitOut("started");
        started.task().kill();
        assertEquals(137, sleep.heard().exit());
        assertEquals(137, started.exit().get(10, TimeUnit.SECONDS).code());
        assertThrows(DriverFailure.class, () -> started.task().exec(List.of("/bin/true"), false, new Heard()));
    }

    @ParameterizedTest
    @EnumSource
    void signalsHaveTheirDefaultsAndNoDescriptorIsPassedOn(SandboxKind kind) throws Exception {
        Heard heard = Bench.plain(bench.task(kind),
                "grep -E '^Sig(Blk|Ign)' /proc/self/status | sed s/000000018/000000000/; "
                        + "for fd in /proc/$$/fd/*; do [ -e $fd ] && printf '%s ' ${fd##*/}; done; true");
        assertEquals(0, heard.exit());
        assertEquals("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0 1 2 ", heard.out().replace("255 ", ""));
    }

    @ParameterizedTest
    @EnumSource
    void fiftyTasksRunAtOnce(SandboxKind kind) throws Exception {
        ProcessDriver driver = bench.driver(kind);
        List<java.util.concurrent.CompletableFuture<String>> said = new java.util.ArrayList<>();
        for (int i = 0; i < 50; i++) {
            var text = new java.util.concurrent.CompletableFuture<String>();
            said.add(text);
            Thread.startVirtualThread(() -> {
                try {
                    Started started = Bench.start(driver);
                    Heard heard = Bench.plain(started.task(), "echo $NOMAD_ALLOC_ID >f; cat f; ls");
                    heard.exit();
                    started.task().kill();
                    text.complete(heard.out().equals(started.id() + "\nf\n") ? "right" : heard.out() + heard.err());
                } catch (Exception | AssertionError e) {
                    text.completeExceptionally(e);
                }
            });
        }
        for (var text : said) {
            assertEquals("right", text.get(40, TimeUnit.SECONDS));
        }
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts and sums up an output without keeping it. */
    static final class Digest implements ExecListener {
        final MessageDigest sum;
        final java.util.concurrent.CompletableFuture<Integer> exit = new java.util.concurrent.CompletableFuture<>();
        long count;
        long errors;
        int longest;

        Digest() throws Exception {
            sum = MessageDigest.getInstance("SHA-256");
        }

        @Override
        public synchronized void output(boolean stderr, byte[] data) {
            if (stderr) {
                errors += data.length;
                return;
            }
            sum.update(data);
            count += data.length;
            longest = Math.max(longest, data.length);
        }

        @Override
        public synchronized void exited(int code) {
            exit.complete(code);
        }
    }
}
