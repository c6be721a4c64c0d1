package nereus.devagent.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/** A task's directory: what becomes its {@code /workspace} and {@code /home/user}, and the files of {@code /etc} that are its own. */
record TaskDirectory(Path path, String mark) {
    private static final String ACCOUNTS = """
            root:x:0:0:root:/root:/bin/bash
            daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
            bin:x:2:2:bin:/bin:/usr/sbin/nologin
            sys:x:3:3:sys:/dev:/usr/sbin/nologin
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            user:x:1000:1000:user:/home/user:/bin/bash
            """;
    private static final String GROUPS = """
            root:x:0:
            daemon:x:1:
            bin:x:2:
            sys:x:3:
            adm:x:4:
            tty:x:5:
            www-data:x:33:
            staff:x:50:
            users:x:100:
            nogroup:x:65534:
            user:x:1000:
            """;

    /** Makes the directory; {@code name} must be new. */
    static TaskDirectory create(Path work, String name, String mark, String hostname) throws DriverFailure {
        TaskDirectory directory = new TaskDirectory(work.resolve(name), mark);
        try {
            Files.createDirectory(directory.path);
            mode(directory.path, "rwxr-xr-x");
            for (Path child : new Path[]{directory.workspace(), directory.home(), directory.etc(), directory.root()}) {
                Files.createDirectory(child);
                mode(child, "rwxr-xr-x");
            }
            Files.setAttribute(directory.workspace(), "unix:mode", 01777);
            Map<String, String> files = new TreeMap<>(
                    Map.of("passwd", ACCOUNTS, "group", GROUPS, "hostname", hostname + "\n",
                            "hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.0.1\t" + hostname + "\n", "shadow",
                            "", "gshadow", ""));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path target = directory.etc().resolve(file.getKey());
                Files.writeString(target, file.getValue());
                mode(target, "rw-r--r--");
            }
        } catch (IOException e) {
            throw new DriverFailure("failed to build the task directory " + directory.path + ": " + e);
        }
        return directory;
    }

    Path workspace() {
        return path.resolve("workspace");
    }

    Path home() {
        return path.resolve("home");
    }

    Path etc() {
        return path.resolve("etc");
    }

    /** The root of the runner's files where the sandbox needs a directory for it. */
    Path root() {
        return path.resolve("root");
    }

    Path fstab() {
        return path.resolve("fstab");
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    /** Gives a file to a user; needs root. */
    static void own(Path path, int uid) throws IOException {
        Files.setAttribute(path, "unix:uid", uid);
        Files.setAttribute(path, "unix:gid", uid);
    }
}
