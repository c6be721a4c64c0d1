package nereus.devagent.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Finds processes in /proc and kills them: a plain runner's, by its user id if it has one of its own, its mark in their environment,
 * or their session; and what is left of the runners of an agent that was killed.
 */
final class MarkedProcesses {
    private static final Path PROC = Path.of("/proc");
    private static final int ROUNDS = 500;
    /** A process that forks and ends while /proc is read is in no list; it hardly is so several times in a row. */
    private static final int EMPTY_ROUNDS = 3;

    private MarkedProcesses() {}

    /** The user ids of all processes. */
    static Set<Integer> uids() {
        Set<Integer> uids = new HashSet<>();
        for (int pid : all()) {
            uids.add(uid(pid));
        }
        return uids;
    }

    /** The parent of a process, -1 if it is gone. */
    static int parent(int pid) {
        List<String> stat = stat(pid);
        return stat.size() < 2 ? -1 : Integer.parseInt(stat.get(1));
    }

    /** Kills the processes of a task, by whatever of these is known. */
    static void kill(String mark, int uid, Set<Integer> sessions) {
        kill("the task " + mark, uid >= 0 ? 1 : EMPTY_ROUNDS, pid -> belongs(pid, mark, uid, sessions));
    }

    /**
     * Kills the first processes of sandboxes whose directory lies here. They die with their agent, but one that was being started
     * when it was killed may have asked the kernel for that too late.
     */
    static void killLeft(Path tasks) {
        kill("an agent that was killed, with tasks in " + tasks, 1,
                pid -> read(pid, "cmdline").contains(tasks + "/")
                        && read(pid, "environ").contains("\0NOMAD_ALLOC_ID="));
    }

    /** Stops and kills until none is left, so that a process which starts others faster than one can look is caught too. */
    private static void kill(String whose, int emptyRounds, IntPredicate belongs) {
        int empty = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> found = find(belongs);
            empty = found.isEmpty() ? empty + 1 : 0;
            if (empty == emptyRounds) {
                return;
            }
            for (int signal : new int[]{Libc.SIGSTOP, Libc.SIGKILL}) {
                found.forEach(pid -> signal(pid, signal, belongs));
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException("processes of " + whose + " could not be killed: " + find(belongs));
    }

    private static void signal(int pid, int signal, IntPredicate belongs) {
        int pidfd = Libc.pidfdOpen(pid);
        if (pidfd < 0) {
            return;
        }
        // Guard against an id that meanwhile belongs to another process: the descriptor names the one we look at again.
        try (Descriptor process = new Descriptor(pidfd)) {
            if (belongs.test(pid)) {
                process.signal(signal);
            }
        }
    }

    private static List<Integer> find(IntPredicate belongs) {
        return all().stream().filter(belongs::test).toList();
    }

    private static boolean belongs(int pid, String mark, int uid, Set<Integer> sessions) {
        List<String> stat = stat(pid);
        if (stat.size() < 4 || "Z".equals(stat.get(0)) || "X".equals(stat.get(0))) {
            return false;
        }
        if (sessions.contains(Integer.parseInt(stat.get(3)))) {
            return true;
        }
        return uid >= 0 ? uid(pid) == uid : read(pid, "environ").contains("\0NOMAD_ALLOC_ID=" + mark + "\0");
    }

    private static List<Integer> all() {
        List<Integer> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            entries.forEach(entry -> pids.add(Integer.parseInt(entry.getFileName().toString())));
        } catch (IOException e) {
            throw new IllegalStateException("/proc cannot be read", e);
        }
        return pids;
    }

    /** State, parent, group, session and so on. */
    private static List<String> stat(int pid) {
        String text = read(pid, "stat");
        return List.of(text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1));
    }

    private static int uid(int pid) {
        return read(pid, "status").lines().filter(line -> line.startsWith("Uid:"))
                .map(line -> line.split("\\s+", -1)[1])
                .mapToInt(Integer::parseInt).findFirst().orElse(-1);
    }

    /** The text of a process's file with a NUL before it; empty when the process has ended or may not be looked at. */
    private static String read(int pid, String file) {
        try {
            return "\0" + new String(Files.readAllBytes(PROC.resolve(pid + "/" + file)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
