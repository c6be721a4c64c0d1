package nereus.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import nereus.clock.Ticker;
import nereus.environment.Environments;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** A count that others keep is shown as it is, for as long as we run. */
class CountsLastTest {
    private static final String NAME = "nereus_log_lines_dropped_total ";

    @Test
    void aCountIsStillReadAfterAGarbageCollection() {
        AtomicLong dropped = new AtomicLong(1);
        try (Metrics metrics = new Metrics(Mockito.mock(Environments.class), Ticker.SYSTEM)) {
            // Nobody else holds this one.
            metrics.measuresLog(dropped::get);
            assertTrue(metrics.text().contains(NAME + "1.0"));
            collect();
            dropped.set(7);

            assertTrue(metrics.text().contains(NAME + "7.0"), metrics.text());
        }
    }

    private static void collect() {
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        while (garbage.get() != null) {
            System.gc();
        }
    }
}
