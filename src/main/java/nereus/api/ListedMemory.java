package nereus.api;

import java.util.List;
import java.util.concurrent.Semaphore;
import nereus.files.FileEntry;

/** How many entries all listings may hold that are on their way to their clients: each has some hundred bytes, and clients may be slow. */
final class ListedMemory {
    private final int all;
    private final Semaphore free;

    /** @param longest entries of the longest listing */
    ListedMemory(int longest) {
        this.all = Math.max(longest, 150_000);
        this.free = new Semaphore(all);
    }

    /**
     * Takes the place of these entries.
     *
     * @return gives it back; only its first call does
     */
    Runnable take(List<FileEntry> entries) {
        int wanted = Math.min(entries.size(), all);
        if (!free.tryAcquire(wanted)) {
            throw new Refusal(Answer.refusal(424, "too many long listings are on their way; ask again a little later"));
        }
        return new Permits(free, wanted);
    }
}
