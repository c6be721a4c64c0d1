package nereus.files;

import io.vertx.core.Future;
import java.util.List;
import nereus.clock.Ticker;
import nereus.execution.Executions;
import nereus.runner.Claimed;

/** The files of claimed runners. Relative paths begin at the image's working directory. */
public interface Files {
    /** Files reached through exec sessions in the runners. */
    static Files in(Executions executions, FilesSettings settings) {
        return new SessionFiles(executions, settings, Ticker.SYSTEM);
    }

    /**
     * Deletes, then copies, always as the container's default user. Failed deletions are ignored, like those of {@code rm --force}.
     * Blocks; not for event loops.
     *
     * @throws FilesException.CopyFailed when something was not written; what could be written was
     * @throws FilesException.Unavailable when the runner could not be reached, or ended meanwhile
     * @throws java.io.UncheckedIOException when a content cannot be read
     */
    void change(Claimed runner, Change change);

    /**
     * Lists what is there, hidden files and what is in hidden directories excepted. Blocks; not for event loops.
     *
     * @return in the order of {@code ls -R}: one block for each directory, names sorted in each
     * @throws FilesException.NotFound when there is no such path, or it may not be read
     * @throws FilesException.TooMany when there are more than the settings allow
     * @throws FilesException.Unavailable when the runner could not be reached in time
     */
    List<FileEntry> list(Claimed runner, FilePath path, boolean recursive, boolean privileged);

    /**
     * Opens a file for download. To be called on the event loop that will carry it; fails with {@link FilesException}.
     *
     * @return the download, paused, its length known
     */
    Future<Download> open(Claimed runner, FilePath path, boolean privileged);
}
