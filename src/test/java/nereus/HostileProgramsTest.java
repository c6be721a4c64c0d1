package nereus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that meddle with their terminal, their launcher, and whatever of ours they find. Only their own output is theirs: after
 * each one the next run in the same runner finds everything as it should be, and a neighbour that runs all the time does not notice.
 * With {@code -Dwithoutnewline=64} one prints so many MiB without a line end.
 */
class HostileProgramsTest {
    private static final int MIB = Integer.getInteger("withoutnewline", 4);
    private static final String KILLED = exit(137);

    @TempDir
    private Path work;
    private ProvingGround ground;

    @BeforeEach
    void start() throws Exception {
        // Programs run as that user, and what is ours as root, as in a container.
        ground = new ProvingGround(work, Map.of("execution.user", "nobody"));
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    /**
     * One program.
     *
     * @param end what its client's last message must be, as a pattern
     * @param out whether that is its standard output
     */
    private record Program(String command, String end, Predicate<String> out) {
        static Program ending(String command, String end) {
            return new Program(command, end, any -> true);
        }

        static Program printing(String command, int code, String out) {
            return new Program(command, exit(code), out::equals);
        }
    }

    private static final List<Program> UNPRIVILEGED = List.of(
            // Our own marks, in every shape that can be guessed.
            Program.printing("printf '\\e]x;S\\a\\e]%032d;0\\a\\e]0123456789abcdef0123456789abcdef;7\\a' 0; exit 3", 3,
                    "\u001b]x;S\u0007\u001b]00000000000000000000000000000000;0\u0007\u001b]0123456789abcdef0123456789abcdef;7\u0007"),
            Program.printing(
                    "for c in '\\e' ']' a b c ';' 7 '\\a'; do printf $c; read -t 0.02 x </dev/zero; done; exit 4",
                    4, "\u001b]abc;7\u0007"),
            Program.printing("printf '\\e\\e]\\e]\\e'; exit 5", 5, "\u001b\u001b]\u001b]\u001b"),
            // Bytes that are no text.
            Program.printing("printf 'a\\0b\\0'; exit 6", 6, "a\0b\0"),
            Program.printing("printf '\\377\\376ok\\303'; exit 7", 7, "\ufffd\ufffdok\ufffd"),
            new Program("head -c " + (MIB << 20) + " /dev/zero | tr '\\0' x", exit(0),
                    said -> said.length() == MIB << 20 && said.chars().allMatch(c -> c == 'x')),
            // Its own streams.
            Program.ending("exec 0<&- 1>&- 2>&-; exit 8", exit(8)),
            Program.ending("for i in 10 11 12 13; do eval \"exec $i<>/dev/tty\"; done; (sleep 30 >&10 2>&11) & exit 9",
                    exit(9)),
            Program.printing("exec >/dev/tty 2>&1; echo one; echo two >&2; exit 10", 10, "one\r\ntwo\r\n"),
            Program.ending("ulimit -n 3; ulimit -f 0; ulimit -c 0; echo x >/dev/tty; exit 11", exit(11)),
            // Its terminal.
            Program.ending("stty raw -echo -isig -opost intr ^A eof ^B erase ^C min 0 time 1; exit 12", exit(12)),
            Program.ending(
                    "stty tostop -onlcr cols 1 rows 1; printf '\\e[2J\\ec\\e]0;title\\a\\e[?1049h\\e[6n'; exit 13",
                    exit(13)),
            Program.ending("stty 0; exit 14", exit(14)),
            Program.ending("stty ixon ixany; printf '\\023'; echo stopped; exit 15", exit(15)),
            // What is ours, as far as it can be seen from here.
            Program.ending("for f in /proc/$PPID/fd/* /proc/[0-9]*/fd/*; do echo junk >$f; done 2>/dev/null; exit 16",
                    exit(16)),
            Program.ending(
                    "for p in /proc/[0-9]*; do p=${p#/proc/}; [ $p = $$ ] || { kill -STOP $p; kill -9 $p; }; done 2>/dev/null; exit 17",
                    exit(17)),
            Program.ending("kill -STOP $PPID; kill -9 $PPID; exit 18", exit(18)),
            Program.ending("for f in /tmp/*.fifo; do echo x 1<>$f; rm -f $f; mv $f /tmp/x; done 2>/dev/null; exit 19",
                    exit(19)),
            Program.ending("ulimit -x 1; ulimit -x 0; exit 20", exit(20)),
            Program.ending("kill -STOP $$; exit 21", "timeout"),
            Program.ending("kill -9 $$", KILLED),
            // What stays behind, and writes later.
            Program.ending(
                    "(trap '' HUP; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo late; echo late >&2; done) & exit 22",
                    exit(22)),
            Program.ending("setsid -f sh -c 'timeout 3 yes late >&2' ; exit 23", exit(23)),
            Program.ending("trap '' HUP; timeout 3 yes late & exit 24", exit(24)),
            Program.ending("(trap '' HUP; while sleep 0.05; do stty raw -echo 0</dev/tty; done) & exit 25", exit(25)));

    /** As root it may end its own run, but not harm the next. */
    private static final List<Program> PRIVILEGED = List.of(
            Program.ending("kill -9 $PPID; exit 1", KILLED),
            Program.ending("kill -STOP $PPID; exit 1", "timeout"),
            Program.ending("for f in /proc/$PPID/fd/*; do echo junk >$f; done 2>/dev/null; exit 2", exit(2)),
            Program.ending("for f in /tmp/*.fifo; do mv $f /tmp/x; done; mkdir /tmp/stderr_1.fifo; exit 3", exit(3)),
            Program.ending("rm -rf /tmp/*; exit 4", exit(4)),
            Program.ending("exec 5>&1 6>&2; (timeout 3 yes late >&5 2>&6) & exit 5", exit(5)));

    @Test
    void whateverAProgramDoesTheNextRunAndTheNeighboursAreRight() throws Exception {
        List<String> runners = ground.claim(2);
        String runner = runners.get(0);
        Frontend.Run neighbour = ground.frontend().run(runners.get(1),
                "echo ready; while read -r x; do echo \"<$x>\"; done; exit 9");
        StringBuilder heard = new StringBuilder("ready\r\n");
        neighbour.until(said -> said.contentEquals(heard));
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (boolean privileged : new boolean[]{false, true}) {
            for (Program program : privileged ? PRIVILEGED : UNPRIVILEGED) {
                number += 2;
                try {
                    once(runner, program, privileged, number);
                } catch (AssertionError failed) {
                    wrong.add(program.command() + (privileged ? " as root: " : ": ") + failed.getMessage());
                }
                neighbour.type(number + "\n");
                heard.append(number).append("\r\n<").append(number).append(">\r\n");
                neighbour.until(said -> said.contentEquals(heard));
            }
        }
        assertEquals("", String.join("\n", wrong));
        neighbour.type("\u0004");
        assertEquals("{\"type\":\"exit\",\"data\":9}", neighbour.end());
        assertEquals("", neighbour.text("stderr"));
        System.out.println(number / 2 + " hostile programs: " + ground.warmth());
    }

    private void once(String runner, Program program, boolean privileged, int number) {
        ground.awaitWarm();
        Frontend.Run run = ground.frontend().run(runner, program.command(), program.end().equals("timeout") ? 1 : 0,
                privileged);
        String end = run.end();
        assertTrue(end.matches("\\{\"type\":\"" + program.end() + "\\}") || end.contains(program.end()),
                () -> "ended with " + end);
        assertEquals(1, run.ends());
        assertTrue(program.out().test(run.text("stdout")), () -> {
            String said = run.text("stdout");
            return "printed " + said.length() + ": " + said.substring(0, Math.min(200, said.length()));
        });
        follows(runner, number, "right after");
        ground.awaitWarm();
        follows(runner, number + 1, "after");
    }

    /** A run right after it, whose pair may just be made; or one that finds a pair which waited while it ran. */
    private void follows(String runner, int number, String when) {
        Frontend.Run next = ground.frontend().run(runner,
                "read -r x; echo \"[$x]\"; echo err >&2; stty -a | tr '\\n' ' '; exit " + number % 200)
                .type("clean " + number + "\n");
        assertEquals("{\"type\":\"exit\",\"data\":" + number % 200 + "}", next.end(), when);
        String said = next.text("stdout");
        assertTrue(said.startsWith("clean " + number + "\r\n[clean " + number + "]\r\n"), () -> when + ": " + said);
        for (String mode : List.of(" icanon ", " echo ", " isig ", " opost ", " onlcr ", " -tostop ", " eof = ^D;",
                " intr = ^C;")) {
            assertTrue(said.contains(mode), () -> when + ", without" + mode + ": " + said);
        }
        assertEquals("err\r\n", next.text("stderr"), when);
        assertEquals(200, ground.frontend().call("GET", "/api/v1/runners/" + runner + "/files?path=./", null).status(),
                when);
    }

    private static String exit(int code) {
        return "exit\",\"data\":" + code;
    }
}
