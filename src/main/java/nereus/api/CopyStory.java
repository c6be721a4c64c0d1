package nereus.api;

import java.io.IOException;
import nereus.files.Change;
import nereus.files.Files;
import nereus.files.FilesException;
import nereus.files.FilesSettings;
import nereus.files.Spool;
import nereus.files.Upload;
import nereus.runner.Claimed;
import nereus.runner.Fleet;

/** Copying files into a runner and deleting there. Nothing happens in the runner before the request is complete. */
final class CopyStory implements StreamedStory {
    private final Fleet fleet;
    private final Files files;
    private final FilesSettings settings;
    private final FleetGate gate;
    private final Spool spool;
    private final UploadMemory memory;

    CopyStory(Collaborators rooms, FleetGate gate, Spool spool, UploadMemory memory) {
        this.fleet = rooms.fleet();
        this.files = rooms.files();
        this.settings = rooms.filesSettings();
        this.gate = gate;
        this.spool = spool;
        this.memory = memory;
    }

    /** Bytes of the largest body. */
    long most() {
        return (long) settings.largestUpload() << 20;
    }

    /** The inactivity timeout starts anew when the request begins and when it is complete: an upload may take longer than that. */
    @Override
    public Answer tell(Incoming request, BodyStream body) throws IOException {
        String id = request.part("id");
        gate.pass();
        claimed(id);
        try (UploadMemory.Share share = memory.begin(); Upload upload = spool.begin()) {
            Change change = new ChangeReader(body, upload, settings.longestPath(), share::text).read();
            share.bodyIsRead();
            files.change(claimed(id), change);
            return Answer.empty(204);
        } catch (FilesException.Unavailable lost) {
            if (fleet.claimed(id).isEmpty()) {
                throw Refusal.gone();
            }
            throw lost;
        }
    }

    private Claimed claimed(String id) {
        if (!fleet.touch(id)) {
            throw Refusal.gone();
        }
        return fleet.claimed(id).orElseThrow(Refusal::gone);
    }
}
