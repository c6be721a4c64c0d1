package nereus.devagent.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A way of keeping runners apart: how a main process is started, how a further one joins it, and how all of them are killed. */
interface Sandbox {
    /** uid and gid of the runner's user {@code user}. */
    int USER = 1000;

    /** Docker's default set: enough to become another user, to kill and to chown, too little to leave the sandbox. */
    String CAPABILITIES = "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,"
            + "+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap";

    String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    Capabilities capabilities();

    /** The command that starts a main process. It tells on descriptors 2 and 3 its {@code "child-pid": n} and then READY. */
    List<String> main(TaskDirectory directory, String hostname, List<String> command);

    /** The command that starts a further process beside the main one. */
    List<String> enter(Roots roots, boolean terminal, List<String> command);

    /** The file that gives new terminals. */
    String multiplexer(Roots roots);

    /** PATH, HOME and what else a container's processes find; the task's own environment is laid over it. */
    Map<String, String> environment(TaskDirectory directory, String hostname);

    /** Whether a started command leads a session before it makes its own. */
    boolean ownSession();

    /** Where the task directories lie: below the work directory, unless its runners could not reach them there. */
    default Path place(Path tasks) throws IOException {
        return tasks;
    }

    /** Prepares what the runner will write to, as its root. */
    void prepare(TaskDirectory directory);

    /** Who owns the streams of its programs, so that they can be opened again (/dev/stdout); -1 for the agent's user. */
    default int streamOwner(TaskDirectory directory) {
        return -1;
    }

    /** Kills all processes of the task. */
    void kill(Roots roots);

    /** The task is gone. */
    default void forget(TaskDirectory directory) {}

    /** The driver is closed; no task is left. */
    default void close() {}
}
