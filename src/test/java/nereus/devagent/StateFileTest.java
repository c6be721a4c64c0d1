package nereus.devagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import nereus.devagent.model.Change;
import nereus.devagent.model.Refused;
import nereus.devagent.model.Variable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent's state on a disk that is slow, full or broken. */
@Timeout(60)
class StateFileTest {

    /** A disk whose faults are told to it, and that notes what it was asked. */
    private static final class ToldDisk extends Disk {
        private final List<String> asked = new ArrayList<>();
        private volatile @Nullable CountDownLatch forceHeld;
        private final CountDownLatch forcing = new CountDownLatch(1);
        private volatile boolean full;
        private volatile boolean broken;

        @Override
        void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
            if (broken) {
                throw new IOException("Input/output error");
            }
            note("write");
            super.write(file, bytes, at);
        }

        @Override
        void grow(FileChannel file, long by) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            super.grow(file, by);
        }

        @Override
        void force(FileChannel file) throws IOException {
            CountDownLatch held = forceHeld;
            if (held != null) {
                forcing.countDown();
                try {
                    held.await();
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
            }
            note("force");
            super.force(file);
        }

        private synchronized void note(String what) {
            asked.add(what);
        }

        synchronized List<String> takeAsked() {
            List<String> all = List.copyOf(asked);
            asked.clear();
            return all;
        }
    }

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ToldDisk disk = new ToldDisk();
    private @Nullable StateFile file;
    private long index = 100;

    @AfterEach
    void close() {
        disk.full = false;
        disk.broken = false;
        if (file != null) {
            file.close();
        }
    }

    private StateFile open() {
        StateFile opened = new StateFile(directory, true, disk);
        opened.start();
        file = opened;
        put(opened, "first");
        opened.awaitWritten();
        disk.takeAsked();
        return opened;
    }

    private void put(StateFile to, String path) {
        index++;
        to.record(new Change.VariablePut(new Variable(path, Map.of("k", "v"), index, index, 0, 0)));
        to.record(new Change.Index(index));
    }

    private String onDisk() throws IOException {
        return String.join("\n", Journal.read(directory.resolve("agent-state.jsonl")));
    }

    @Test
    void aWriteIsAnsweredOnlyOnceTheDiskSaysThatItIsThere() throws Exception {
        StateFile opened = open();
        CountDownLatch held = new CountDownLatch(1);
        disk.forceHeld = held;
        put(opened, "second");
        CompletableFuture<String> answered = CompletableFuture.supplyAsync(() -> {
            opened.awaitWritten();
            return String.join(" ", disk.takeAsked());
        });
        disk.forcing.await();
        assertFalse(answered.isDone());
        held.countDown();
        assertEquals("write force", answered.get());
    }

    @Test
    void onAFullDiskAWriteIsRefusedBeforeItChangesAnythingAndLaterTaken() throws Exception {
        StateFile opened = open();
        disk.full = true;
        opened.probe();
        Refused refused = assertThrows(Refused.class, opened::checkWritable);
        assertEquals(500, refused.status());
        assertEquals("the agent's disk takes nothing, so nothing was changed: No space left on device",
                refused.getMessage());
        disk.full = false;
        opened.checkWritable();
        put(opened, "second");
        opened.awaitWritten();
        assertTrue(onDisk().contains("\"second\""));
    }

    @Test
    void whatWasTakenInBeforeTheDiskWasFullStillFindsRoom() throws Exception {
        StateFile opened = open();
        disk.full = true;
        put(opened, "second");
        opened.awaitWritten();
        opened.probe();
        put(opened, "third");
        opened.awaitWritten();
        assertTrue(onDisk().contains("\"third\""));
        assertThrows(Refused.class, opened::checkWritable);
    }

    @Test
    void whatABrokenDiskDidNotTakeIsKeptOnceItTakesIt() throws Exception {
        StateFile opened = open();
        disk.broken = true;
        put(opened, "second");
        Refused uncertain = assertThrows(Refused.class, opened::awaitWritten);
        assertTrue(uncertain.getMessage().contains("did not take this write"), uncertain.getMessage());
        assertThrows(Refused.class, opened::checkWritable);
        put(opened, "by itself");
        disk.broken = false;
        opened.checkWritable();
        opened.awaitWritten();
        assertTrue(onDisk().contains("\"second\""));
        assertTrue(onDisk().contains("\"by itself\""));
        opened.close();
        file = null;
        assertEquals(index, new StateFile(directory, true, disk).state().index());
    }

    @Test
    void theRoomThatIsHeldIsNotReadAndIsGivenBackAtTheEnd() throws Exception {
        StateFile opened = open();
        Path path = directory.resolve("agent-state.jsonl");
        assertTrue(Files.size(path) >= Journal.LEAST);
        assertEquals(index, new StateFile(copy(path), true, disk).state().index());
        opened.close();
        file = null;
        assertTrue(Files.size(path) < 1000);
    }

    private Path copy(Path path) throws IOException {
        Path to = Files.createDirectories(directory.resolve("copy")).resolve(path.getFileName());
        Files.copy(path, to);
        return directory.resolve("copy");
    }
}
