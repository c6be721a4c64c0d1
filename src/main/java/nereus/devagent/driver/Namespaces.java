package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What both sandboxes of namespaces share: how a further process enters them, and that they die with their first process. */
final class Namespaces {
    private final String nsenter = Programs.need("nsenter");
    private final String setpriv = Programs.need("setpriv");
    private final String setsid = Programs.need("setsid");
    private final boolean root = Libc.effectiveUser() == 0;
    private final boolean network;

    Namespaces(boolean network) {
        this.network = network;

    }

    boolean root() {
        return root;
    }

    /**
     * Enters all namespaces of a task. nsenter does not fork: its waiting half would stop itself when the program is stopped, and
     * so never see it killed. The shell behind it waits instead.
     */
    List<String> enter(Roots roots, boolean terminal, List<String> command) {
        List<String> all = new ArrayList<>(
                List.of(nsenter, "--no-fork", "--target", Integer.toString(roots.init()), "--mount",
                        "--pid", "--ipc", "--uts"));
        if (network) {
            all.add("--net");
        }
        if (!root) {
            all.add("--user");
            all.add("--preserve-credentials");
        }
        all.addAll(List.of("--", setpriv, "--bounding-set", Sandbox.CAPABILITIES, "--", "/bin/sh", "-c",
                Scripts.ENTER,
                "enter", "fork", terminal ? "terminal" : "pipes", "/workspace", setsid));
        all.addAll(command);
        return all;
    }

    /** The runner's own, so that a terminal has a name inside. */
    String multiplexer(Roots roots) {
        return "/proc/" + roots.init() + "/root/dev/pts/ptmx";
    }

    Map<String, String> environment(String hostname) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", Sandbox.PATH);
        environment.put("HOSTNAME", hostname);
        environment.put("HOME", "/root");
        return environment;
    }

    void prepare(TaskDirectory directory) {
        if (root) {
            try {
                TaskDirectory.own(directory.home(), Sandbox.USER);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
