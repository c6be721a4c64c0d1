package nereus.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import nereus.files.FileEntry;
import nereus.files.FilePath;
import org.jspecify.annotations.Nullable;

/** A listing on its way out: <code>{"files": [{…},{…}]}</code>, written piece by piece at the client's pace when it is long. */
final class Listing implements Reply {
    private static final int PIECE = 32 << 10;

    private final Vertx vertx;
    private final Iterator<FileEntry> entries;
    private final Duration patience;
    private final Runnable over;
    private boolean begun;
    private boolean left;

    /** @param over told once nothing more is to be sent; may be told more than once */
    Listing(Vertx vertx, List<FileEntry> entries, Duration patience, Runnable over) {
        this.over = over;
        this.vertx = vertx;
        this.entries = entries.iterator();
        this.patience = patience;
    }

    @Override
    public void send(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            over.run();
            return;
        }
        response.putHeader("Content-Type", "application/json");
        // HTTP 1.0 knows no chunks, so its client gets all in one.
        Buffer first = piece(request.version() == HttpVersion.HTTP_1_0 ? Integer.MAX_VALUE : PIECE);
        if (!entries.hasNext()) {
            over.run();
            response.end(first);
            return;
        }
        response.setChunked(true);
        Outflow out = new Outflow(vertx, request, patience, () -> {
            left = true;
            over.run();
        });
        out.write(first);
        flow(out);
    }

    /** Nobody waits for it any more. */
    void unsent() {
        over.run();
    }

    private void flow(Outflow out) {
        while (entries.hasNext() && !left) {
            if (out.writeQueueFull()) {
                out.drainHandler(v -> flow(out));
                return;
            }
            out.write(piece(PIECE));
        }
        if (!left) {
            out.drainHandler(null);
            over.run();
            out.end();
        }
    }

    /** The next entries with what stands around them. */
    private Buffer piece(int size) {
        Buffer piece = Buffer.buffer();
        if (!begun) {
            piece.appendString("{\"files\": [");
        }
        while (entries.hasNext() && piece.length() < size) {
            if (begun) {
                piece.appendString(",");
            }
            begun = true;
            piece.appendString(JsonOutput.text(Row.of(entries.next())));
        }
        begun = true;
        return entries.hasNext() ? piece : piece.appendString("]}");
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonPropertyOrder({"name", "entryType", "linkTarget", "size", "modificationTime", "permissions", "owner", "group"})
    private record Row(@JsonInclude String name, String entryType, String linkTarget, long size, long modificationTime,
            @JsonInclude String permissions, @JsonInclude String owner, @JsonInclude String group,
            @Nullable String nameBase64,
            @Nullable String linkTargetBase64) {
        private static Row of(FileEntry entry) {
            return new Row(entry.name().text(), String.valueOf(entry.type()), entry.linkTarget().text(), entry.size(),
                    entry.modificationTime(), entry.permissions(), entry.owner(), entry.group(), bytes(entry.name()),
                    bytes(entry.linkTarget()));
        }

        /** Only of what its text does not say. */
        private static @Nullable String bytes(FilePath path) {
            return path.isText() ? null : Base64.getEncoder().encodeToString(path.bytes());
        }
    }
}
