package nereus.devagent.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nereus.devagent.driver.Bench.Opened;
import nereus.devagent.driver.TaskDriver.Task;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs run in a task on a terminal. */
@Timeout(60)
class TerminalTest {
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
    void inputIsEchoedAndLinesEndWithReturnAndNewline(SandboxKind kind) throws Exception {
        Opened opened = Bench.terminal(bench.task(kind), "/bin/bash", "-c",
                "echo ready; read a; echo got $a; echo err >&2; exit 4");
        opened.heard().awaitOut("ready\r\n");
        opened.exec().write("hello\n".getBytes(UTF_8));
        assertEquals(4, opened.heard().exit());
        assertEquals("ready\r\nhello\r\ngot hello\r\nerr\r\n", opened.heard().out());
        assertEquals("", opened.heard().err(), "a terminal has one output");
    }

    @ParameterizedTest
    @EnumSource
    void theSizeIsThereFromTheStartAndChanges(SandboxKind kind) throws Exception {
        Opened opened = Bench.terminal(bench.task(kind), "/bin/bash", "-c",
                "stty size; trap 'stty size; exit 5' WINCH; echo ready; while :; do read -t 0.1 x; done");
        assertTrue(opened.heard().awaitOut("ready").startsWith("24 80\r\n"), opened.heard().out());
        opened.exec().resize(30, 100);
        assertEquals(5, opened.heard().exit());
        assertEquals("24 80\r\nready\r\n30 100\r\n", opened.heard().out());
    }

    @ParameterizedTest
    @EnumSource
    void controlCInterruptsTheProgramOnly(SandboxKind kind) throws Exception {
        Opened sleep = Bench.terminal(bench.task(kind), "/bin/bash", "-c", "echo ready; exec sleep 100");
        sleep.heard().awaitOut("ready");
        sleep.exec().write(new byte[]{3});
        assertEquals(130, sleep.heard().exit());
        assertEquals("ready\r\n^C", sleep.heard().out());
        Opened trap = Bench.terminal(bench.task(kind), "/bin/bash", "-c",
                "trap 'echo int; exit 7' INT; echo ready; while :; do sleep 0.1; done");
        trap.heard().awaitOut("ready");
        trap.exec().write(new byte[]{3});
        assertEquals(7, trap.heard().exit());
        assertEquals("ready\r\n^Cint\r\n", trap.heard().out());
    }

    @ParameterizedTest
    @EnumSource
    void controlDEndsTheInput(SandboxKind kind) throws Exception {
        Opened cat = Bench.terminal(bench.task(kind), "/bin/cat");
        cat.exec().closeInput();
        cat.exec().write("a\n".getBytes(UTF_8));
        cat.heard().awaitOut("a\r\na\r\n");
        cat.exec().write(new byte[]{4});
        assertEquals(0, cat.heard().exit());
    }

    @ParameterizedTest
    @EnumSource
    void controlZAndControlBackslashDoWhatTheyDoInAFreshExec(SandboxKind kind) throws Exception {
        Opened cat = Bench.terminal(bench.task(kind), "/bin/cat");
        cat.exec().write("a\n".getBytes(UTF_8));
        cat.heard().awaitOut("a\r\na\r\n");
        cat.exec().write(new byte[]{26});
        cat.heard().awaitOut("^Z");
        cat.exec().write("b\n".getBytes(UTF_8));
        cat.heard().awaitOut("b\r\nb\r\n");
        cat.exec().write(new byte[]{28});
        assertEquals(131, cat.heard().exit());
    }

    @ParameterizedTest
    @EnumSource
    void anInteractiveShellHasJobControl(SandboxKind kind) throws Exception {
        Opened shell = Bench.terminal(bench.task(kind), "/bin/bash", "--norc", "-i");
        shell.exec().write("PS1='$ '; echo re''ady\n".getBytes(UTF_8));
        shell.heard().awaitOut("ready\r\n");
        // What the job says, it says as the foreground job: ^Z before that would only be echoed.
        shell.exec().write("sh -c 'echo run''ning; exec sleep 100'\n".getBytes(UTF_8));
        shell.heard().awaitOut("running\r\n");
        shell.exec().write("\032".getBytes(UTF_8));
        shell.heard().awaitOut("Stopped");
        shell.exec().write("jobs; kill %1; fg; tty; echo st''ate $?; exit 3\n".getBytes(UTF_8));
        assertEquals(3, shell.heard().exit());
        assertTrue(shell.heard().out().contains("state 0"), shell.heard().out());
        assertFalse(shell.heard().out().contains("no job control"), shell.heard().out());
    }

    @ParameterizedTest
    @EnumSource
    void theTerminalHasANameInsideAndIsTheProgramsOwn(SandboxKind kind) throws Exception {
        Opened opened = Bench.terminal(bench.task(kind), "/bin/bash", "-c",
                "tty; echo $TERM; echo over >/dev/tty; echo again >/dev/stdout; set -- $(</proc/$$/stat); echo $6 $8; echo $$ $$");
        assertEquals(0, opened.heard().exit());
        List<String> lines = opened.heard().out().lines().map(String::strip).toList();
        assertTrue(lines.get(0).startsWith("/dev/pts/"), opened.heard().out());
        assertEquals(List.of("xterm", "over", "again"), lines.subList(1, 4));
        assertEquals(lines.get(5), lines.get(4), "it leads its session and is in the foreground");
    }

    @ParameterizedTest
    @EnumSource
    void aMissingProgramIsToldOnTheTerminal(SandboxKind kind) throws Exception {
        Opened missing = Bench.terminal(bench.task(kind), "/no/such");
        assertEquals(126, missing.heard().exit());
        assertEquals("OCI runtime exec failed: exec failed: unable to start container process: exec: \"/no/such\": "
                + "stat /no/such: no such file or directory: unknown\r\n", missing.heard().out());
    }

    @ParameterizedTest
    @EnumSource
    void a64MebibyteTerminalIsExact(SandboxKind kind) throws Exception {
        ExecTest.Digest digest = new ExecTest.Digest();
        bench.task(kind).exec(
                List.of("/bin/bash", "-c", "stty raw; head -c 67108864 /dev/zero | tr '\\0' 'x'; printf end"), true,
                digest);
        assertEquals(0, digest.exit.get(30, TimeUnit.SECONDS));
        assertEquals(67108864 + 3, digest.count);
        assertTrue(digest.longest <= 4096, () -> "at once: " + digest.longest);
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        byte[] block = "x".repeat(1 << 16).getBytes(UTF_8);
        for (int i = 0; i < 1024; i++) {
            expected.update(block);
        }
        expected.update("end".getBytes(UTF_8));
        assertEquals(HexFormat.of().formatHex(expected.digest()), HexFormat.of().formatHex(digest.sum.digest()));
    }

    @ParameterizedTest
    @EnumSource
    void muchInputInRawModeArrivesExactly(SandboxKind kind) throws Exception {
        Opened sum = Bench.terminal(bench.task(kind), "/bin/bash", "-c",
                "stty raw -echo; echo ready; head -c 1000000 | sha256sum");
        sum.heard().awaitOut("ready");
        byte[] data = new byte[1_000_000];
        new java.util.Random(8).nextBytes(data);
        sum.exec().write(data);
        assertEquals(0, sum.heard().exit());
        assertTrue(sum.heard().out()
                .contains(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data))));
    }

    @ParameterizedTest
    @EnumSource
    void theTailOfTheOutputIsNeverLost(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        for (int i = 0; i < 40; i++) {
            Opened opened = Bench.terminal(task, "/bin/bash", "-c", "printf '%9000d'; printf end");
            assertEquals(0, opened.heard().exit());
            assertTrue(opened.heard().out().endsWith("end"), "round " + i);
            assertEquals(9003, opened.heard().out().length());
            assertEquals(1, opened.heard().exits());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramOnATerminalOutlivesItsDetachedClient(SandboxKind kind) throws Exception {
        Task task = bench.task(kind);
        Opened opened = Bench.terminal(task, "/bin/bash", "-c", "echo pid $$ here; read x");
        String pid = opened.heard().awaitOut("here").split(" ", -1)[1];
        opened.exec().detach();
        assertEquals(0, Bench.plain(task, "kill -0 " + pid + " && kill -KILL " + pid).exit());
    }

    @ParameterizedTest
    @EnumSource
    void whatTheShellLeavesBehindDoesNotDelayItsExit(SandboxKind kind) throws Exception {
        Opened opened = Bench.terminal(bench.task(kind), "/bin/bash", "-c",
                "(trap '' HUP; sleep 1000) & echo on; exit 0");
        assertEquals(0, opened.heard().exit());
        assertEquals("on\r\n", opened.heard().out());
    }
}
