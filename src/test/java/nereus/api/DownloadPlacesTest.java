package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DownloadPlacesTest {
    @Test
    void whoComesWhenAllPlacesAreTakenIs424UntilADownloadIsOver() {
        DownloadPlaces places = new DownloadPlaces(2, Duration.ofMillis(1));
        Runnable first = places.take();
        places.take();
        Refusal refused = assertThrows(Refusal.class, places::take);
        assertEquals(424, refused.answer().status());
        first.run();
        first.run();
        places.take();
        assertThrows(Refusal.class, places::take);
    }
}
