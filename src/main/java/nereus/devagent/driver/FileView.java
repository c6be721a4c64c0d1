package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a runner sees of the files: the system read-only, a few files of /etc of its own, and its writable directories. */
record FileView(List<Bind> system, List<Link> links, List<Bind> own, List<String> hidden, List<String> frozen,
        List<Bind> writable) {
    /** A file or directory of the machine at a place of the runner. */
    record Bind(String source, String target) {}

    /** A symbolic link as the machine has it ({@code /bin} to {@code usr/bin}). */
    record Link(String content, String target) {}

    private static final List<String> SYSTEM = List.of("/usr", "/etc", "/opt", "/bin", "/sbin", "/lib", "/lib32",
            "/lib64",
            "/libx32", "/nix", "/gnu");
    /** What root may write to by its user id alone; bubblewrap leaves it open to root. */
    private static final List<String> KERNEL = List.of("/proc/sys", "/proc/sysrq-trigger");
    private static final List<String> SECRET_DIRECTORIES = List.of("/etc/ssh", "/etc/ssl/private", "/etc/sudoers.d");

    static FileView of(TaskDirectory directory) {
        List<Bind> system = new ArrayList<>();
        List<Link> links = new ArrayList<>();
        for (String name : SYSTEM) {
            Path path = Path.of(name);
            try {
                if (Files.isSymbolicLink(path)) {
                    links.add(new Link(Files.readSymbolicLink(path).toString(), name));
                } else if (Files.isDirectory(path)) {
                    system.add(new Bind(name, name));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        List<Bind> own = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.etc())) {
            // A file can only be laid over one that is there.
            files.map(file -> new Bind(file.toString(), "/etc/" + file.getFileName()))
                    .filter(bind -> Files.isRegularFile(Path.of(bind.target())))
                    .sorted((a, b) -> a.target().compareTo(b.target()))
                    .forEach(own::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FileView(List.copyOf(system), List.copyOf(links), List.copyOf(own),
                SECRET_DIRECTORIES.stream().filter(name -> Files.isDirectory(Path.of(name))).toList(),
                KERNEL.stream().filter(name -> Files.exists(Path.of(name))).toList(),
                List.of(new Bind(directory.workspace().toString(), "/workspace"),
                        new Bind(directory.home().toString(), "/home/user")));
    }
}
