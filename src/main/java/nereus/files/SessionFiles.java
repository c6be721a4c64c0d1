package nereus.files;

import io.vertx.core.Future;
import java.util.List;
import nereus.execution.Executions;
import nereus.runner.Claimed;

/** Files reached through exec sessions in the runners. */
final class SessionFiles implements Files {
    SessionFiles(Executions executions, FilesSettings settings) {}

    @Override
    public void change(Claimed runner, Change change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<FileEntry> list(Claimed runner, FilePath path, boolean recursive, boolean privileged) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Download> open(Claimed runner, FilePath path, boolean privileged) {
        throw new UnsupportedOperationException();
    }
}
