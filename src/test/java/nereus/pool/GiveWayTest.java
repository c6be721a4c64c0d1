package nereus.pool;

import static nereus.pool.DecidingHalf.environment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What nobody waits for gives way to those who are being served. */
class GiveWayTest {
    private static final Duration MOMENT = Duration.ofSeconds(1);
    private static final PoolSettings POOL = new PoolSettings(1000, 64, 64, 64, Duration.ofMinutes(5), Duration.ZERO,
            10, Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1),
            Duration.ofSeconds(5), MOMENT);

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private final DecidingHalf service = new DecidingHalf(nomad, ticker, 1, POOL, false);
    private final List<String> claimed = new ArrayList<>();

    @BeforeEach
    void start() {
        service.look();
        service.store.put(environment(7, 4, "image"));
        service.settleDown();
        assertEquals(4, service.count(7).idle());
    }

    @Test
    void aReplacementIsStartedOnceNobodyWasServedForAMoment() {
        claim();
        service.settleDown();
        assertEquals(4, jobs());
        ticker.advance(MOMENT.minusMillis(1));
        service.settleDown();
        assertEquals(4, jobs());
        ticker.advance(Duration.ofMillis(1));
        service.settleDown();
        assertEquals(5, jobs());
        assertEquals(4, service.count(7).idle());
    }

    @Test
    void theNextLookIsWhenTheMomentIsOver() {
        claim();
        long wait = service.keeper.step();
        assertTrue(wait > MOMENT.toNanos() && wait <= MOMENT.plusMillis(2).toNanos(), wait + " ns");
    }

    @Test
    void aPoolOfWhichLessThanHalfIsIdleDoesNotWait() {
        claim();
        claim();
        service.settleDown();
        assertEquals(4, jobs());
        claim();
        service.settleDown();
        assertEquals(7, jobs());
        assertEquals(4, service.count(7).idle());
    }

    @Test
    void aPoolThatIsPressedDoesNotHurryTheOthersButWhatIsOverMakesRoom() {
        service.store.put(environment(8, 2, "image"));
        service.settleDown();
        String over = service.claims.claim(8, Duration.ZERO, "me").id();
        service.claims.giveBack(over);
        service.settleDown();
        assertEquals(1, service.count(8).idle());
        assertTrue(nomad.jobs.containsKey(over));
        claim();
        claim();
        claim();
        service.settleDown();
        assertEquals(4, service.count(7).idle());
        assertEquals(1, service.count(8).idle());
        assertFalse(nomad.jobs.containsKey(over));
    }

    @Test
    void noPoolWaitsLongerThanThreeMomentsHoweverManyAreServed() {
        service.store.put(environment(7, 40, "image"));
        service.settleDown();
        for (int i = 0; i < 6; i++) {
            claim();
            service.settleDown();
            assertEquals(39 - i, service.count(7).idle());
            ticker.advance(MOMENT.dividedBy(2));
        }
        service.settleDown();
        assertEquals(40, service.count(7).idle());
    }

    @Test
    void whatWasGivenBackIsPurgedOnceNobodyWasServedForAMoment() {
        claim();
        service.claims.giveBack(claimed.getFirst());
        service.settleDown();
        assertTrue(nomad.jobs.containsKey(claimed.getFirst()));
        ticker.advance(MOMENT);
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(claimed.getFirst()));
    }

    @Test
    void whatWasGivenBackMakesRoomAtOnceWhereAPoolIsLessThanHalfFull() {
        claim();
        claim();
        claim();
        service.claims.giveBack(claimed.getFirst());
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(claimed.getFirst()));
    }

    private void claim() {
        claimed.add(service.claims.claim(7, Duration.ZERO, "me").id());
    }

    private long jobs() {
        return nomad.jobs.keySet().stream().filter(id -> id.startsWith("7-")).count();
    }
}
