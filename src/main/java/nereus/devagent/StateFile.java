package nereus.devagent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import nereus.devagent.model.Change;
import nereus.devagent.model.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's state on disk: one file of JSON lines. Each transaction ends with a line of its index, so one that was cut off by a
 * crash is not read; the file is rewritten aside and renamed when it has grown. One thread writes, all that waits at once.
 */
final class StateFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int GROWN = 20_000;

    private final Path path;
    private final boolean sync;
    private final State state = new State();
    private final Thread writer;
    private FileChannel channel;
    private int appended;
    /** Guarded by {@code this}, as are the counters below. */
    private List<Change> waiting = new ArrayList<>();
    private long given;
    private long written;
    private boolean stopped;
    private @Nullable IOException failure;

    /**
     * Reads what is there, and begins a fresh file with it.
     *
     * @throws UncheckedIOException when the directory cannot be read or written
     */
    StateFile(Path directory, boolean sync) {
        this.path = directory.resolve("agent-state.jsonl");
        this.sync = sync;
        try {
            Files.createDirectories(directory);
            if (Files.exists(path)) {
                load();
            }
            channel = rewrite();
        } catch (IOException wrong) {
            throw new UncheckedIOException("the agent's state in " + path + " cannot be read or written", wrong);
        }
        writer = Thread.ofPlatform().daemon().name("agent-state").unstarted(this::write);
    }

    void start() {
        writer.start();
    }

    State state() {
        return state;
    }

    private void load() throws IOException {
        List<JsonNode> open = new ArrayList<>();
        for (String line : Files.readAllLines(path)) {
            JsonNode json;
            try {
                json = MAPPER.readTree(line);
            } catch (JsonProcessingException torn) {
                LOG.warn("{} ends in a transaction that was not finished; it is left out.", path);
                return;
            }
            open.add(json);
            if (json.has("index")) {
                open.forEach(state::apply);
                open.clear();
            }
        }
    }

    private FileChannel rewrite() throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".new");
        StringBuilder text = new StringBuilder();
        state.lines().forEach(line -> text.append(line).append('\n'));
        FileChannel fresh = FileChannel.open(aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        append(fresh, text);
        fresh.force(true);
        Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        appended = 0;
        return fresh;
    }

    private static void append(FileChannel to, CharSequence text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Takes a change; called under the model's lock, and only hands it on. */
    synchronized void record(Change change) {
        waiting.add(change);
        given++;
        if (change instanceof Change.Index) {
            notifyAll();
        }
    }

    /**
     * Waits until all that was recorded so far is written.
     *
     * @throws UncheckedIOException when it could not be
     */
    synchronized void awaitWritten() {
        long wanted = given;
        try {
            while (written < wanted && failure == null && !stopped) {
                wait();
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new UncheckedIOException("the agent's state in " + path + " could not be written", failure);
        }
    }

    private void write() {
        while (true) {
            List<Change> batch;
            long upTo;
            synchronized (this) {
                try {
                    while (waiting.isEmpty() && !stopped) {
                        wait();
                    }
                } catch (InterruptedException end) {
                    return;
                }
                if (waiting.isEmpty()) {
                    return;
                }
                batch = waiting;
                waiting = new ArrayList<>();
                upTo = given;
            }
            IOException wrong = writeBatch(batch);
            synchronized (this) {
                written = upTo;
                if (wrong != null && failure == null) {
                    failure = wrong;
                    LOG.error("The agent's state in {} could not be written; all writes are refused from now on.", path,
                            wrong);
                }
                notifyAll();
            }
        }
    }

    private @Nullable IOException writeBatch(List<Change> batch) {
        try {
            StringBuilder text = new StringBuilder();
            for (Change change : batch) {
                JsonNode line = State.write(change);
                state.apply(line);
                text.append(line).append('\n');
            }
            appended += batch.size();
            if (appended > GROWN && batch.getLast() instanceof Change.Index) {
                channel.close();
                channel = rewrite();
            } else {
                append(channel, text);
                if (sync) {
                    channel.force(false);
                }
            }
            return null;
        } catch (IOException wrong) {
            return wrong;
        }
    }

    /** Writes what waits, and closes the file. */
    @Override
    public void close() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        try {
            writer.join();
            channel.close();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } catch (IOException wrong) {
            LOG.warn("{} could not be closed.", path, wrong);
        }
    }
}
