package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import nereus.PretendedTicker;
import org.junit.jupiter.api.Test;

/** How often is tried for a channel, and when it is given up; in pretended time. */
class AttemptsTest {
    private static final Attempts.Limits LIMITS = new Attempts.Limits(5, 2, Duration.ofSeconds(2),
            Duration.ofSeconds(10));

    private final PretendedTicker ticker = new PretendedTicker();
    private final long origin = ticker.nanos();
    private final List<Alarm> alarms = new ArrayList<>();
    private final List<Promise<String>> begun = new ArrayList<>();
    private final List<Runnable> signs = new ArrayList<>();
    private final List<Long> begins = new ArrayList<>();
    private final List<String> late = new ArrayList<>();
    private int failures;

    private record Alarm(long at, Runnable what) {}

    @Test
    void theFirstThatIsReadyIsTakenAndNoOtherIsBegun() {
        Future<String> found = begin(LIMITS);
        pass(1999);
        begun.get(0).complete("first");
        pass(60_000);
        assertEquals("first", found.result());
        assertEquals(List.of(0L), begins);
        assertTrue(alarms.isEmpty(), "no timer is left");
    }

    @Test
    void oneThatIsSlowGoesOnAndMayStillBeTheFirst() {
        Future<String> found = begin(LIMITS);
        pass(2500);
        assertEquals(List.of(0L, 2000L), begins);
        begun.get(0).complete("slow");
        assertEquals("slow", found.result());
        begun.get(1).complete("beside");
        assertEquals(List.of("beside"), late);
        assertTrue(alarms.isEmpty());
    }

    @Test
    void oneBesideThatIsFasterWinsAndTheSlowOneIsSentAwayWhenItComes() {
        Future<String> found = begin(LIMITS);
        pass(2100);
        begun.get(1).complete("beside");
        assertEquals("beside", found.result());
        pass(30_000);
        begun.get(0).complete("slow");
        assertEquals(List.of("slow"), late);
        assertEquals(2, begins.size());
    }

    @Test
    void oneThatIsDeadFromTheStartIsReplacedAtOnceAndFurtherOnesSoon() {
        Future<String> found = begin(LIMITS);
        begun.get(0).fail(new Channel.NotReady("exit 0", false));
        assertEquals(List.of(0L, 0L), begins);
        begun.get(1).fail(new Channel.NotReady("exit 0", false));
        pass(40);
        assertEquals(List.of(0L, 0L, 40L), begins);
        begun.get(2).complete("third");
        assertEquals("third", found.result());
        assertEquals(2, failures);
    }

    @Test
    void aRefusedConnectionIsTriedAgainAfterAPauseForTheReasonMayLast() {
        begin(LIMITS);
        begun.get(0).fail("429");
        assertEquals(1, begins.size());
        pass(20);
        assertEquals(List.of(0L, 20L), begins);
    }

    @Test
    void fiveAreTriedAndTheLastFailureIsTold() {
        Future<String> found = begin(LIMITS);
        for (int i = 0; i < 5; i++) {
            assertFalse(found.isComplete());
            begun.get(i).fail(new Channel.NotReady("exit " + i, false));
            pass(1000);
        }
        assertEquals("exit 4", found.cause().getMessage());
        assertEquals(5, begins.size());
        assertTrue(alarms.isEmpty());
    }

    @Test
    void whatNoFurtherAttemptWouldMendIsTheEnd() {
        Future<String> found = begin(LIMITS);
        pass(2500);
        begun.get(1).fail(new Channel.NotReady("no bash", true));
        assertEquals("no bash", found.cause().getMessage());
        begun.get(0).complete("late");
        assertEquals(List.of("late"), late);
    }

    @Test
    void neverMoreThanTwoAreUnderWayAndOneThatFailsIsReplaced() {
        Future<String> found = begin(LIMITS);
        pass(9000);
        assertEquals(List.of(0L, 2000L), begins);
        begun.get(0).fail(new Channel.NotReady("exit 0", false));
        assertEquals(List.of(0L, 2000L, 9000L), begins);
        begun.get(2).fail(new Channel.NotReady("exit 0", false));
        pass(40);
        assertEquals(4, begins.size());
        begun.get(1).complete("second");
        assertEquals("second", found.result());
    }

    @Test
    void withoutASignItIsGivenUpAfterTheSilence() {
        Future<String> found = begin(LIMITS);
        pass(9999);
        assertFalse(found.isComplete());
        pass(1);
        assertEquals("said nothing within 10000 ms", found.cause().getMessage());
        begun.get(0).complete("late");
        begun.get(1).fail("cut");
        assertEquals(List.of("late"), late);
        assertTrue(alarms.isEmpty());
    }

    @Test
    void theSilenceCountsFromTheLastSign() {
        Future<String> found = begin(LIMITS);
        pass(2050);
        signs.get(1).run();
        pass(9999);
        assertFalse(found.isComplete());
        pass(1);
        assertTrue(found.failed());
        assertEquals(2, begins.size());
    }

    @Test
    void nothingIsBegunAfterTheTimeEvenIfOneFailsThen() {
        Future<String> found = begin(LIMITS);
        pass(9000);
        signs.get(0).run();
        pass(2000);
        begun.get(0).fail(new Channel.NotReady("exit 0", false));
        assertEquals(2, begins.size());
        assertFalse(found.isComplete());
        begun.get(1).complete("second");
        assertEquals("second", found.result());
    }

    @Test
    void whereTwoWouldHarmEachOtherThereIsOneAtATime() {
        Future<String> found = begin(new Attempts.Limits(5, 1, Duration.ofSeconds(2), Duration.ofSeconds(10)));
        pass(9000);
        assertEquals(List.of(0L), begins);
        begun.get(0).complete("only");
        assertEquals("only", found.result());
    }

    @Test
    void aFailureThatComesWhileTheNextIsAwaitedBeginsNoThird() {
        Future<String> found = begin(LIMITS);
        pass(2000);
        begun.get(0).fail(new Channel.NotReady("exit 0", false));
        assertEquals(3, begins.size());
        begun.get(1).fail(new Channel.NotReady("exit 0", false));
        begun.get(2).fail(new Channel.NotReady("exit 0", false));
        assertEquals(3, begins.size());
        pass(60);
        assertEquals(4, begins.size());
        begun.get(3).complete("fourth");
        assertEquals("fourth", found.result());
    }

    private Future<String> begin(Attempts.Limits limits) {
        return new Attempts<String>(limits, ticker, this::alarm, sign -> {
            begins.add((ticker.nanos() - origin) / 1_000_000);
            signs.add(sign);
            Promise<String> attempt = Promise.promise();
            begun.add(attempt);
            return attempt.future();
        }, cause -> failures++, late::add).begin();
    }

    private Runnable alarm(Duration after, Runnable what) {
        var alarm = new Alarm(ticker.nanos() + after.toNanos(), what);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    private void pass(long millis) {
        long end = ticker.nanos() + millis * 1_000_000;
        while (true) {
            Alarm next = alarms.stream().min(Comparator.comparingLong(Alarm::at)).orElse(null);
            if (next == null || next.at() > end)
                break;
            ticker.advance(Duration.ofNanos(next.at() - ticker.nanos()));
            alarms.remove(next);
            next.what().run();
        }
        ticker.advance(Duration.ofNanos(end - ticker.nanos()));
    }
}
