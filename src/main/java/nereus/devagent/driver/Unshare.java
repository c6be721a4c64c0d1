package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runners in namespaces made by util-linux's {@code unshare}, with the same view of the files as {@link Bubblewrap} gives. A shell
 * is their first process and collects orphans.
 */
final class Unshare implements NamespacedSandbox {
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom", "tty");
    private static final List<String> DIRECTORIES = List.of(".old", "dev/pts", "dev/shm", "proc", "tmp", "var/tmp",
            "run", "root",
            "home/user", "workspace");
    private static final Map<String, String> DEVICE_LINKS = Map.of("fd", "/proc/self/fd", "stdin", "/proc/self/fd/0",
            "stdout",
            "/proc/self/fd/1", "stderr", "/proc/self/fd/2", "ptmx", "pts/ptmx");

    private final String unshare = Programs.need("unshare");
    private final String setpriv = Programs.need("setpriv");
    /** A loopback interface must be set up, which needs iproute2; without it runners share the machine's network. */
    private final boolean network = Programs.find("ip").isPresent();
    private final Namespaces namespaces = new Namespaces(network);

    Unshare() {
        List.of("mount", "umount", "pivot_root").forEach(Programs::need);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(SandboxKind.UNSHARE, namespaces.root(), true, true, network, false);
    }

    @Override
    public List<String> main(TaskDirectory directory, String hostname, List<String> command) {
        FileView view = FileView.of(directory);
        try {
            buildRoot(directory.root(), view);
            Files.writeString(directory.fstab(), fstab(directory.root(), view));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> all = new ArrayList<>(
                List.of(setpriv, "--pdeathsig", "KILL", "--", unshare, "--fork", "--kill-child=KILL",
                        "--pid", "--mount", "--ipc", "--uts"));
        if (network) {
            all.add("--net");
        }
        if (!namespaces.root()) {
            all.add("--map-root-user");
        }
        all.addAll(List.of("--", "/bin/sh", "-c", Scripts.UNSHARE, "unshare", hostname, directory.root().toString(),
                directory.fstab().toString(), network ? "own" : "shared", CAPABILITIES, setpriv, Scripts.MAIN,
                "/workspace"));
        all.addAll(command);
        return all;
    }

    private static void buildRoot(Path root, FileView view) throws IOException {
        for (String name : DIRECTORIES) {
            Files.createDirectories(root.resolve(name));
        }
        Files.setAttribute(root.resolve("var/tmp"), "unix:mode", 01777);
        Files.setAttribute(root.resolve("root"), "unix:mode", 0700);
        for (String device : DEVICES) {
            Files.createFile(root.resolve("dev").resolve(device));
        }
        for (Map.Entry<String, String> link : DEVICE_LINKS.entrySet()) {
            Files.createSymbolicLink(root.resolve("dev").resolve(link.getKey()), Path.of(link.getValue()));
        }
        for (FileView.Bind bind : view.system()) {
            Files.createDirectories(inside(root, bind.target()));
        }
        for (FileView.Link link : view.links()) {
            Files.createSymbolicLink(inside(root, link.target()), Path.of(link.content()));
        }
    }

    private String fstab(Path root, FileView view) {
        // A user's namespace may not take a mount without the ones below it, which the machine may have locked.
        String bind = namespaces.root() ? "bind" : "rbind";
        StringBuilder lines = new StringBuilder();
        line(lines, root.toString(), root, "none", "bind,nosuid,nodev");
        view.system()
                .forEach(b -> line(lines, b.source(), inside(root, b.target()), "none", bind + ",ro,nosuid,nodev"));
        view.hidden().forEach(name -> line(lines, "tmpfs", inside(root, name), "tmpfs", "mode=0700,nosuid,nodev"));
        view.own().forEach(b -> line(lines, b.source(), inside(root, b.target()), "none", "bind,ro,nosuid,nodev"));
        DEVICES.forEach(name -> line(lines, "/dev/" + name, root.resolve("dev").resolve(name), "none", "bind"));
        line(lines, "devpts", root.resolve("dev/pts"), "devpts", "newinstance,ptmxmode=0666,mode=620,nosuid,noexec");
        line(lines, "tmpfs", root.resolve("dev/shm"), "tmpfs", "mode=1777,nosuid,nodev");
        line(lines, "tmpfs", root.resolve("tmp"), "tmpfs", "mode=1777,nosuid,nodev");
        line(lines, "proc", root.resolve("proc"), "proc", "nosuid,nodev,noexec");
        view.frozen().forEach(name -> line(lines, inside(root, name).toString(), inside(root, name), "none",
                "bind,ro,nosuid,nodev,noexec"));
        view.writable().forEach(b -> line(lines, b.source(), inside(root, b.target()), "none", "bind,nosuid,nodev"));
        return lines.toString();
    }

    private static Path inside(Path root, String target) {
        return root.resolve(target.substring(1));
    }

    private static void line(StringBuilder lines, String source, Path target, String type, String options) {
        lines.append(escape(source)).append(' ').append(escape(target.toString())).append(' ').append(type).append(' ')
                .append(options).append(" 0 0\n");
    }

    private static String escape(String path) {
        return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012");
    }

    @Override
    public Namespaces namespaces() {
        return namespaces;
    }
}
