package nereus.devagent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nereus.devagent.model.Change;
import nereus.devagent.model.Refused;
import nereus.devagent.model.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's state on disk: one file of JSON lines. Each transaction ends with a line of its index, so one that was cut off by a
 * crash is not read; the file is begun anew when it has grown. One thread writes, all that waits at once.
 *
 * <p>While the disk takes nothing, writes are refused before they change anything; what changes by itself meanwhile is kept in memory,
 * and each refused write is an attempt to get rid of it.
 */
final class StateFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int GROWN = 20_000;

    private final Path path;
    private final State state = new State();
    private final Thread writer;
    private final Journal journal;
    private int appended;
    /** Whether the file lacks something of {@link #state}, which then has to be begun anew. Of the writer's thread, as is the next. */
    private boolean behind;
    private boolean whole = true;
    /** Guarded by {@code this}, as is all below. */
    private List<Change> waiting = new ArrayList<>();
    private long given;
    private long kept;
    private long tried;
    private long attempts;
    private boolean tryAgain;
    private boolean stopped;
    private boolean ended;
    private @Nullable IOException trouble;

    StateFile(Path directory, boolean sync) {
        this(directory, sync, new Disk());
    }

    /**
     * Reads what is there, and begins a fresh file with it.
     *
     * @throws UncheckedIOException when the directory cannot be read or written
     */
    StateFile(Path directory, boolean sync, Disk disk) {
        this.path = directory.resolve("agent-state.jsonl");
        try {
            Files.createDirectories(directory);
            if (Files.exists(path)) {
                load();
            }
            journal = new Journal(path, disk, sync, state.lines());
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
        for (String line : Journal.read(path)) {
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

    /** Takes a change; called under the model's lock, and only hands it on. */
    synchronized void record(Change change) {
        waiting.add(change);
        given++;
        if (change instanceof Change.Index) {
            notifyAll();
        }
    }

    /**
     * To be asked before a write changes anything. Blocks while it is tried whether a disk that took nothing takes something again.
     *
     * @throws Refused with 500 when it does not
     */
    synchronized void checkWritable() {
        if (trouble != null) {
            probe();
        }
        if (trouble != null) {
            throw new Refused(500, "the agent's disk takes nothing, so nothing was changed: " + trouble.getMessage());
        }
    }

    /** Looks whether the disk takes something. */
    synchronized void probe() {
        long before = attempts;
        tryAgain = true;
        notifyAll();
        awaitOr(() -> attempts > before);
    }

    /**
     * Waits until all that was recorded so far is kept.
     *
     * @throws Refused with 500 when it could not be
     */
    synchronized void awaitWritten() {
        long wanted = given;
        awaitOr(() -> kept >= wanted || (tried >= wanted && trouble != null));
        if (kept < wanted) {
            throw new Refused(500, "the agent's disk did not take this write, which is kept once it does: " + trouble);
        }
    }

    private synchronized void awaitOr(java.util.function.BooleanSupplier so) {
        try {
            while (!so.getAsBoolean() && !ended) {
                wait();
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        while (true) {
            List<Change> batch;
            long upTo;
            boolean certain;
            synchronized (this) {
                awaitOr(() -> !waiting.isEmpty() || tryAgain || stopped);
                if (waiting.isEmpty() && stopped) {
                    ended = true;
                    notifyAll();
                    return;
                }
                batch = waiting;
                waiting = new ArrayList<>();
                upTo = given;
                // Guard against taking room that is left for room that is found.
                certain = tryAgain || trouble != null;
                tryAgain = false;
            }
            IOException wrong = keep(batch, certain);
            synchronized (this) {
                if (!behind) {
                    kept = upTo;
                }
                tried = upTo;
                attempts++;
                tell(wrong);
                notifyAll();
            }
        }
    }

    private synchronized void tell(@Nullable IOException wrong) {
        if (wrong != null && trouble == null) {
            LOG.error("The agent's state in {} cannot be written; writes are refused until it can.", path, wrong);
        } else if (wrong == null && trouble != null) {
            LOG.info("The agent's state in {} can be written again.", path);
        }
        trouble = wrong;
    }

    private @Nullable IOException keep(List<Change> batch, boolean certain) {
        StringBuilder text = new StringBuilder();
        for (Change change : batch) {
            JsonNode line = State.write(change);
            state.apply(line);
            text.append(line).append('\n');
            whole = change instanceof Change.Index;
        }
        appended += batch.size();
        try {
            if (behind) {
                renew();
            } else if (!batch.isEmpty()) {
                behind = true;
                journal.append(text);
                behind = false;
            }
            if (appended > GROWN) {
                renew();
            }
            journal.makeRoom(certain);
            return null;
        } catch (IOException wrong) {
            return wrong;
        }
    }

    /** Begins the file anew, but never in the midst of a transaction. */
    private void renew() throws IOException {
        if (whole) {
            journal.begin(state.lines());
            appended = 0;
            behind = false;
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
            journal.close();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } catch (IOException wrong) {
            LOG.warn("{} could not be closed.", path, wrong);
        }
    }
}
