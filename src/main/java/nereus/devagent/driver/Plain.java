package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runners with a directory and a session of their own and nothing else, where namespaces are not to be had.
 *
 * <p>An agent that is root gives each runner a user id without rights: a runner's {@code kill -1} would otherwise end every
 * process of the machine. Without root it ends the agent.
 */
final class Plain implements Sandbox {
    private static final Logger LOG = LoggerFactory.getLogger(Plain.class);
    private static final int FIRST_UID = 52_000;
    private static final int UIDS = 8_000;

    private final String setsid = Programs.need("setsid");
    private final boolean root = Libc.effectiveUser() == 0;
    private final @Nullable String setpriv = Programs.find("setpriv").orElse(null);
    private final Set<Integer> uids = ConcurrentHashMap.newKeySet();
    private final Map<TaskDirectory, Integer> owners = new ConcurrentHashMap<>();
    private final Spawner spawner;
    private final Poller poller;
    private final int nothing;
    private final Guardian guardian;
    /** The directory of {@link #place} that is not the work directory. */
    private @Nullable Path elsewhere;

    Plain(Spawner spawner, Poller poller, int nothing) throws DriverFailure {

        this.spawner = spawner;
        this.poller = poller;
        this.nothing = nothing;
        guardian = new Guardian(spawner, poller, nothing);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(SandboxKind.PLAIN, false, false, false, false, false);
    }

    @Override
    public List<String> main(TaskDirectory directory, String hostname, List<String> command) {
        List<String> all = new ArrayList<>(user(directory));
        all.addAll(List.of("/bin/sh", "-c", "exec \"$0\" /bin/sh -c \"$@\"", setsid, Scripts.MAIN, "main",
                directory.workspace().toString()));
        all.addAll(command);
        return all;
    }

    @Override
    public List<String> enter(Roots roots, boolean terminal, List<String> command) {
        List<String> all = new ArrayList<>(user(roots.directory()));
        all.addAll(List.of("/bin/sh", "-c", Scripts.ENTER, "enter", "exec", terminal ? "terminal" : "pipes",
                roots.directory().workspace().toString(), setsid));
        all.addAll(command);
        return all;
    }

    private List<String> user(TaskDirectory directory) {
        Integer uid = owners.get(directory);
        if (uid == null || setpriv == null) {
            return List.of();
        }
        return List.of(setpriv, "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--pdeathsig", "KILL", "--");
    }

    @Override
    public String multiplexer(Roots roots) {
        return "/dev/ptmx";
    }

    @Override
    public Map<String, String> environment(TaskDirectory directory, String hostname) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("HOSTNAME", hostname);
        environment.put("HOME", directory.home().toString());
        environment.put("TMPDIR", directory.root().toString());
        return environment;
    }

    @Override
    public boolean ownSession() {
        return false;
    }

    @Override
    public void prepare(TaskDirectory directory) {
        if (root && setpriv != null) {
            int uid = freeUid();
            owners.put(directory, uid);
            try {
                TaskDirectory.own(directory.home(), uid);
                TaskDirectory.own(directory.root(), uid);
                TaskDirectory.own(directory.workspace(), uid);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        guardian.watch(directory.mark(), owner(directory));
    }

    /** A runner's user must be able to pass through all directories above; where it cannot, they lie in the machine's /tmp. */
    @Override
    public Path place(Path tasks) throws IOException {
        if (!root || setpriv == null) {
            return tasks;
        }
        for (Path above = tasks; above != null; above = above.getParent()) {
            if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                Path other = Path.of("/tmp", "nereus-" + Integer.toHexString(tasks.toString().hashCode()));
                Files.createDirectories(other);
                if ((int) Files.getAttribute(other, "unix:uid", LinkOption.NOFOLLOW_LINKS) != 0) {
                    throw new IOException(other + " belongs to somebody else; let others pass through " + above);
                }
                Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwx--x--x"));
                elsewhere = other;
                return other;
            }
        }
        return tasks;
    }

    private int owner(TaskDirectory directory) {
        return owners.getOrDefault(directory, -1);
    }

    private int freeUid() {
        Set<Integer> running = MarkedProcesses.uids();
        int start = (int) (ProcessHandle.current().pid() * 61 % UIDS);
        for (int i = 0; i < UIDS; i++) {
            int uid = FIRST_UID + (start + i) % UIDS;
            if (!running.contains(uid) && uids.add(uid)) {
                return uid;
            }
        }
        throw new IllegalStateException(
                "no free user id for a runner between " + FIRST_UID + " and " + (FIRST_UID + UIDS));
    }

    @Override
    public int streamOwner(TaskDirectory directory) {
        return owner(directory);
    }

    @Override
    public void kill(Roots roots) {
        roots.kill();
        int uid = owner(roots.directory());
        if (uid >= 0) {
            killAllOf(uid);
        }
        MarkedProcesses.kill(roots.directory().mark(), uid, roots.sessions());
    }

    /** The kernel kills all of a user id in one step, which no process that forks can outrun. */
    private void killAllOf(int uid) {
        try {
            int code = Child.run(spawner, poller, nothing,
                    List.of(Programs.need("setpriv"), "--reuid=" + uid, "--regid=" + uid,
                            "--clear-groups", "--", "/bin/sh", "-c", "kill -KILL -1; exit 0"));
            if (code != 0) {
                throw new IllegalStateException(
                        "the processes of user id " + uid + " could not be killed: exit " + code);
            }
        } catch (DriverFailure e) {
            throw new IllegalStateException("the processes of user id " + uid + " could not be killed", e);
        }
    }

    @Override
    public void forget(TaskDirectory directory) {
        guardian.forget(directory.mark(), owner(directory));
        Integer uid = owners.remove(directory);
        if (uid != null) {
            uids.remove(uid);
        }
    }

    @Override
    public void close() {
        guardian.close();
        if (elsewhere != null) {
            try {
                Files.deleteIfExists(elsewhere);
            } catch (IOException e) {
                LOG.warn("the directory {} could not be removed: {}", elsewhere, e.toString());
            }
        }
    }
}
