package nereus.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the service acknowledged, as the client's own file: a line {@code claimed <id>}, {@code returning <id>} (asked for, the answer
 * is still out), {@code returned <id>}, {@code answered <id>} (returned in a disturbance) or {@code gone <id>} (410 to a return asked for
 * again, or its container died with the agent), each on the disk before the client
 * goes on. An id is live from its claim until its return is asked for.
 */
final class AckBook implements AutoCloseable {
    private final Path path;
    private final FileChannel file;
    private final Set<String> everClaimed = new HashSet<>();
    private final Set<String> twice = new LinkedHashSet<>();
    private final Set<String> live = new LinkedHashSet<>();
    private final Set<String> returning = new LinkedHashSet<>();
    private int returned;

    AckBook(Path path) throws IOException {
        this.path = path;
        this.file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }

    synchronized void claimed(String id) {
        write("claimed", id);
        if (!everClaimed.add(id)) {
            twice.add(id);
        }
        live.add(id);
    }

    /**
     * Notes that its return is asked for.
     *
     * @return whether it was live, and so is the caller's to return
     */
    synchronized boolean returning(String id) {
        if (!live.remove(id)) {
            return false;
        }
        write("returning", id);
        returning.add(id);
        return true;
    }

    /**
     * Notes a return that was answered 204.
     *
     * @param certain whether all was well meanwhile, so that it must be recorded in Nomad
     */
    synchronized void returned(String id, boolean certain) {
        write(certain ? "returned" : "answered", id);
        returning.remove(id);
        returned++;
    }

    synchronized void gone(String id) {
        write("gone", id);
        live.remove(id);
        returning.remove(id);
    }

    /** All that is not known to be returned. */
    synchronized Set<String> open() {
        Set<String> open = new LinkedHashSet<>(live);
        open.addAll(returning);
        return open;
    }

    synchronized boolean wasClaimed(String id) {
        return everClaimed.contains(id);
    }

    synchronized boolean isLive(String id) {
        return live.contains(id);
    }

    synchronized boolean isReturning(String id) {
        return returning.contains(id);
    }

    synchronized Set<String> twice() {
        return new LinkedHashSet<>(twice);
    }

    synchronized int claims() {
        return everClaimed.size();
    }

    synchronized int returns() {
        return returned;
    }

    /** What the disk tells. */
    record Read(Set<String> live, Set<String> returned) {}

    synchronized Read read() throws IOException {
        Set<String> claimed = new LinkedHashSet<>();
        Set<String> givenBack = new LinkedHashSet<>();
        for (String line : Files.readAllLines(path)) {
            String id = line.substring(line.indexOf(' ') + 1);
            if (line.startsWith("claimed ")) {
                claimed.add(id);
            } else {
                claimed.remove(id);
            }
            if (line.startsWith("returned ")) {
                givenBack.add(id);
            }
        }
        return new Read(claimed, givenBack);
    }

    private void write(String what, String id) {
        try {
            file.write(ByteBuffer.wrap((what + " " + id + "\n").getBytes(StandardCharsets.UTF_8)));
            file.force(false);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
