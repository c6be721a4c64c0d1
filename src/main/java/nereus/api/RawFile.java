package nereus.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.Function;
import nereus.files.Download;
import nereus.files.FilePath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on its way out of a runner. Its length stands in the head; when the bytes do not all come, the connection is cut, so that no
 * client takes a part for the whole.
 */
final class RawFile implements Reply {
    private static final Logger LOG = LoggerFactory.getLogger(RawFile.class);

    private final Vertx vertx;
    private final String what;
    private final FilePath path;
    private final Opener opener;
    private final Function<Throwable, Answer> failure;
    private final Duration patience;
    private final Runnable over;
    private final Visit visit;
    private final Hardening hardening;

    /**
     * @param what names the download in the log, where the file's name has no place
     * @param failure what a file that does not open is answered with
     * @param over told when the download is over, whatever became of it
     * @param visit is told how much of it went out
     */
    RawFile(Vertx vertx, String what, FilePath path, Opener opener, Function<Throwable, Answer> failure,
            Duration patience,
            Runnable over, Visit visit, Hardening hardening) {
        this.hardening = hardening;
        this.visit = visit;
        this.over = over;
        this.vertx = vertx;
        this.what = what;
        this.path = path;
        this.opener = opener;
        this.failure = failure;
        this.patience = patience;
    }

    @Override
    public void send(HttpServerRequest request) {
        Future<Download> opening;
        try {
            opening = opener.open();
        } catch (RuntimeException e) {
            opening = Future.failedFuture(e);
        }
        opening.onComplete(download -> deliver(request, download), e -> {
            over.run();
            failure.apply(e).send(request);
        });
    }

    private void deliver(HttpServerRequest request, Download download) {
        HttpServerResponse response = request.response();
        // Guard against a client that left while the file was opened.
        if (response.closed()) {
            over.run();
            download.abandon();
            return;
        }
        response.putHeader("Content-Type", "application/octet-stream")
                .putHeader("Content-Length", Long.toString(download.length()))
                .putHeader("Content-Disposition", Disposition.attachment(path.text()));
        if (request.method().equals(HttpMethod.HEAD)) {
            over.run();
            download.abandon();
            response.end();
            return;
        }
        Outflow out = new Outflow(vertx, request, patience, download::abandon);
        visit.transfers(download.length(), out::written);
        download.writeTo(out).onComplete(done -> over.run()).onComplete(
                done -> finish(out, download),
                error -> fail(request, out, download, error));
    }

    private void finish(Outflow out, Download download) {
        if (out.written() == download.length()) {
            out.end();
        } else {
            IllegalStateException tooShort = new IllegalStateException(
                    out.written() + " bytes were sent instead of " + download.length());
            LOG.error("{}: {}", what, tooShort.getMessage());
            visit.failed(tooShort);
            out.cut();
        }
    }

    private void fail(HttpServerRequest request, Outflow out, Download download, Throwable error) {
        HttpServerResponse response = request.response();
        download.abandon();
        if (response.closed()) {
            return;
        }
        if (response.headWritten()) {
            LOG.info("{}: cut off after {} bytes of {}: {}", what, out.written(), download.length(),
                    error.getMessage());
            // What fails because its reader has left is not our failure.
            if (!out.isLeft()) {
                visit.failed(error);
            }
            out.cut();
        } else {
            out.leave();
            response.headers().clear();
            hardening.on(response);
            failure.apply(error).send(request);
        }
    }

    /** Opens the file, on the event loop. */
    interface Opener {
        Future<Download> open();
    }
}
