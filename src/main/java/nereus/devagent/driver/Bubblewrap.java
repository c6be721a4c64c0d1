package nereus.devagent.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runners in namespaces made by bubblewrap, whose own first process collects orphans. */
final class Bubblewrap implements NamespacedSandbox {
    private final String bwrap = Programs.need("bwrap");
    private final Namespaces namespaces = new Namespaces(true);

    @Override
    public Capabilities capabilities() {
        return new Capabilities(SandboxKind.BUBBLEWRAP, namespaces.root(), true, true, true, false);
    }

    @Override
    public List<String> main(TaskDirectory directory, String hostname, List<String> command) {
        FileView view = FileView.of(directory);
        List<String> all = new ArrayList<>(List.of(bwrap, "--info-fd", "3", "--die-with-parent", "--unshare-pid",
                "--unshare-net", "--unshare-ipc", "--unshare-uts", "--hostname", hostname));
        if (namespaces.root()) {
            all.addAll(List.of("--cap-drop", "ALL"));
            for (String capability : CAPABILITIES.split(",", -1)) {
                if (capability.startsWith("+")) {
                    all.addAll(List.of("--cap-add", "CAP_" + capability.substring(1).toUpperCase(Locale.ROOT)));
                }
            }
        } else {
            all.addAll(List.of("--unshare-user", "--uid", "0", "--gid", "0"));
        }
        all.addAll(List.of("--perms", "0755", "--tmpfs", "/"));
        view.system().forEach(bind -> all.addAll(List.of("--ro-bind", bind.source(), bind.target())));
        view.links().forEach(link -> all.addAll(List.of("--symlink", link.content(), link.target())));
        view.hidden().forEach(name -> all.addAll(List.of("--perms", "0700", "--tmpfs", name)));
        view.own().forEach(bind -> all.addAll(List.of("--ro-bind", bind.source(), bind.target())));
        all.addAll(List.of("--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp", "--perms", "0755",
                "--dir",
                "/var", "--perms", "1777", "--dir", "/var/tmp", "--perms", "0755", "--dir", "/run", "--perms", "0700",
                "--dir",
                "/root", "--perms", "0755", "--dir", "/home"));
        view.frozen().forEach(name -> all.addAll(List.of("--ro-bind", name, name)));
        view.writable().forEach(bind -> all.addAll(List.of("--bind", bind.source(), bind.target())));
        all.addAll(List.of("--chdir", "/", "--", "/bin/sh", "-c", Scripts.MAIN, "main", "/workspace"));
        all.addAll(command);
        return all;
    }

    @Override
    public Namespaces namespaces() {
        return namespaces;
    }
}
