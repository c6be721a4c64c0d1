package nereus.api;

import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import nereus.files.FileEntry;
import nereus.files.FilePath;
import nereus.files.Files;
import nereus.files.FilesException;
import nereus.runner.Claimed;
import nereus.runner.Fleet;

/**
 * Looking at a runner's files. What goes wrong is 424, which CodeOcean understands as trouble with the workspace: a 500 ends its
 * event loop when it lists, and has no message when it downloads.
 */
final class FileStories {
    private static final String ABSENT = "file not found or insufficient permissions";
    private static final int FAILED_DEPENDENCY = 424;

    private final Vertx vertx;
    private final Fleet fleet;
    private final Files files;
    private final int longestPath;
    private final FleetGate gate;
    private final ErrorAnswers errors;
    private final Duration listing;
    private final Duration reader;
    private final DownloadPlaces places;
    private final ListedMemory memory;
    private final Hardening hardening;

    FileStories(Vertx vertx, Collaborators rooms, FleetGate gate, ErrorAnswers errors, ApiServer.Patience patience,
            Hardening hardening) {
        this.hardening = hardening;
        this.vertx = vertx;
        this.fleet = rooms.fleet();
        this.files = rooms.files();
        this.longestPath = rooms.filesSettings().longestPath();
        this.gate = gate.within(patience.listing());
        this.errors = errors;
        this.listing = patience.listing();
        this.reader = patience.reader();
        this.places = new DownloadPlaces(rooms.filesSettings().downloads(), patience.listing());
        this.memory = new ListedMemory(rooms.filesSettings().listed());
    }

    /** Answers in time whatever happens: what is late is told to nobody. */
    Reply list(Incoming request) {
        CompletableFuture<Listing> listed = new CompletableFuture<>();
        Thread.ofVirtual().name("list " + request.part("id")).start(() -> {
            try {
                Listing made = listed(request);
                if (!listed.complete(made)) {
                    made.unsent();
                }
            } catch (RuntimeException | Error e) {
                listed.completeExceptionally(e);
            }
        });
        try {
            return listed.orTimeout(listing.toNanos(), TimeUnit.NANOSECONDS).join();
        } catch (CompletionException e) {
            return e.getCause() instanceof TimeoutException
                    ? Answer.refusal(FAILED_DEPENDENCY, "the runner did not answer in time")
                    : bearable("list " + request.part("id"), request.part("id"),
                            e.getCause() == null ? e : e.getCause());
        }
    }

    /** Also of HEAD. */
    Reply download(Incoming request) {
        String id = request.part("id");
        String what = "download from " + id;
        try {
            gate.pass();
            Claimed runner = claimed(id);
            FilePath path = path(request.query(), "");
            if (path.length() == 0) {
                throw new FilesException.NotFound(ABSENT);
            }
            boolean privileged = privileged(request);
            return new RawFile(vertx, what, path, () -> files.open(runner, path, privileged), e -> bearable(what, id,
                    e instanceof FilesException.NotFound ? new FilesException.NotFound(ABSENT) : e), reader,
                    places.take(), request.visit(), hardening);
        } catch (RuntimeException e) {
            return bearable(what, id, e);
        }
    }

    private Listing listed(Incoming request) {
        gate.pass();
        Claimed runner = claimed(request.part("id"));
        List<FileEntry> entries = files.list(runner, path(request.query(), "./"),
                request.query().flag("recursive", true), privileged(request));
        return new Listing(vertx, entries, reader, memory.take(entries));
    }

    private Claimed claimed(String id) {
        if (!fleet.touch(id)) {
            throw Refusal.gone();
        }
        return fleet.claimed(id).orElseThrow(Refusal::gone);
    }

    private static boolean privileged(Incoming request) {
        return request.query().flag("privilegedExecution", false);
    }

    /** What cannot be a path is not there. */
    private FilePath path(Query query, String otherwise) {
        FilePath path = FilePath.of(query.bytes("pathBase64").map(FileStories::plain)
                .or(() -> query.bytes("path")).orElse(new byte[0]));
        if (path.length() > longestPath || path.text().indexOf('\0') >= 0) {
            throw new FilesException.NotFound(ABSENT);
        }
        return path.length() == 0 ? FilePath.of(otherwise) : path;
    }

    /** Of either alphabet, for {@code +} means a blank in a query. */
    private static byte[] plain(byte[] base64) {
        try {
            String text = new String(base64, StandardCharsets.ISO_8859_1).replace(' ', '-').replace('+', '-')
                    .replace('/', '_');
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("pathBase64 is not base64: " + e.getMessage());
        }
    }

    private Answer bearable(String what, String runner, Throwable error) {
        if (error instanceof FilesException.Unavailable && fleet.claimed(runner).isEmpty()) {
            return Refusal.gone().answer();
        }
        return errors.answer(what, error, FAILED_DEPENDENCY);
    }
}
