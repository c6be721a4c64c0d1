package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import nereus.files.FileEntry;
import nereus.files.FilePath;
import org.junit.jupiter.api.Test;

class ListedMemoryTest {
    private static final FileEntry ENTRY = new FileEntry(FilePath.of("a"), '-', FilePath.of(""), 1, 1, "rw-r--r--", "o",
            "g");

    private final ListedMemory memory = new ListedMemory(100_000);

    @Test
    void whatWouldGoBeyondIs424UntilAnotherListingIsOver() {
        Runnable first = memory.take(entries(100_000));
        Refusal refused = assertThrows(Refusal.class, () -> memory.take(entries(50_001)));
        assertEquals(424, refused.answer().status());
        first.run();
        memory.take(entries(150_000)).run();
    }

    @Test
    void whatIsGivenBackTwiceCountsOnce() {
        Runnable first = memory.take(entries(100_000));
        memory.take(entries(50_000));
        first.run();
        first.run();
        memory.take(entries(100_000));
        assertThrows(Refusal.class, () -> memory.take(entries(1)));
    }

    private static List<FileEntry> entries(int count) {
        return Collections.nCopies(count, ENTRY);
    }
}
