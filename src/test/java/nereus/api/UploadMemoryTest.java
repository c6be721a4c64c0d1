package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What all uploads may hold in memory. */
class UploadMemoryTest {
    private final UploadMemory memory = new UploadMemory(Duration.ZERO);

    @Test
    void whoComesWhenAllIsTakenIsRefusedUntilOneEnds() {
        List<UploadMemory.Share> shares = full(memory);

        assertRefused(memory::begin);
        assertRefused(() -> shares.getFirst().text(5000));
        shares.getLast().bodyIsRead();
        memory.begin().close();
        shares.getFirst().text(4000);
        shares.forEach(UploadMemory.Share::close);
        assertEquals(shares.size(), full(memory).size());
    }

    @Test
    void muchTextCountsUntilTheRequestIsOver() {
        UploadMemory.Share large = memory.begin();
        large.text(ChangeReader.TEXT);
        large.bodyIsRead();
        int beside = full(memory).size();
        UploadMemory fresh = new UploadMemory(Duration.ZERO);
        UploadMemory.Share small = fresh.begin();
        small.text(10);
        small.bodyIsRead();

        assertEquals(64, full(fresh).size() - beside);
    }

    private static List<UploadMemory.Share> full(UploadMemory memory) {
        List<UploadMemory.Share> shares = new ArrayList<>();
        while (shares.size() < 10_000) {
            try {
                shares.add(memory.begin());
            } catch (Refusal full) {
                return shares;
            }
        }
        throw new AssertionError("there is no bound");
    }

    private static void assertRefused(Runnable upload) {
        assertEquals(429, assertThrows(Refusal.class, upload::run).answer().status());
    }
}
