package nereus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What runs beside the service may fail without taking it along. */
class ChoreTest {
    @Test
    void aRoundThatFailsIsLoggedOnceAndTheNextOneComes() {
        AtomicInteger rounds = new AtomicInteger();
        try (LogLines log = new LogLines()) {
            Chore chore = new Chore("looking", Duration.ZERO, () -> {
                int round = rounds.incrementAndGet();
                if (round == 5) {
                    Thread.currentThread().interrupt();
                } else if (round != 3) {
                    throw new UncheckedIOException(new IOException("stale file handle"));
                }
            });

            assertThrows(InterruptedException.class, chore::keep);
            assertEquals(5, rounds.get());
            assertEquals(2, log.of("nereus.Chore", "ERROR looking failed", "stale file handle").size(),
                    "once before it went well, and once after");
        }
    }
}
