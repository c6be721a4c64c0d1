package nereus.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import nereus.PretendedTicker;
import org.junit.jupiter.api.Test;

/** When what nobody waits for may begin. */
class LullTest {
    private final PretendedTicker ticker = new PretendedTicker();
    private final Lull lull = new Lull(ticker, Duration.ofSeconds(4));

    @Test
    void whereNobodyWasServedYetNothingWaits() {
        assertEquals(0, lull.left());
    }

    @Test
    void whoeverIsServedIsGivenAMomentAndWhatIsSoonDoneWaitsForAPartOfIt() {
        lull.serving();
        assertEquals(Duration.ofSeconds(4).toNanos(), lull.left());
        assertEquals(Duration.ofSeconds(1).toNanos(), lull.left(0.25));
        ticker.advance(Duration.ofSeconds(3));
        assertEquals(Duration.ofSeconds(1).toNanos(), lull.left());
        assertEquals(0, lull.left(0.25));
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(0, lull.left());
    }

    @Test
    void eachWhoIsServedBeginsTheMomentAnew() {
        lull.serving();
        ticker.advance(Duration.ofSeconds(3));
        lull.serving();
        assertEquals(Duration.ofSeconds(4).toNanos(), lull.left());
    }

    @Test
    void nothingWaitsLongerThanThreeMomentsUntilThereWasALull() {
        for (int i = 0; i < 6; i++) {
            lull.serving();
            ticker.advance(Duration.ofSeconds(2));
        }
        assertEquals(0, lull.left());
        lull.serving();
        assertEquals(0, lull.left());
        ticker.advance(Duration.ofSeconds(5));
        lull.serving();
        assertEquals(Duration.ofSeconds(4).toNanos(), lull.left());
    }

    @Test
    void whoeverAsksOnceInAMomentHoldsNothingUpForEverThoughItIsLookedAtLate() {
        for (int i = 0; i < 3; i++) {
            lull.serving();
            ticker.advance(Duration.ofMillis(4003));
        }
        lull.serving();
        ticker.advance(Duration.ofMillis(3));
        assertEquals(0, lull.left());
    }

    @Test
    void aPartOfAMomentHasNoLimitOfItsOwn() {
        for (int i = 0; i < 20; i++) {
            lull.serving();
            ticker.advance(Duration.ofMillis(900));
        }
        assertEquals(0, lull.left());
        assertEquals(Duration.ofMillis(100).toNanos(), lull.left(0.25));
    }

    @Test
    void withoutAMomentNothingEverWaits() {
        var none = new Lull(ticker, Duration.ZERO);
        none.serving();
        assertEquals(0, none.left());
        assertEquals(0, none.left(0.25));
    }
}
