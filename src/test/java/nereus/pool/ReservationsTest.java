package nereus.pool;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.nomad.NodeFact;
import nereus.pool.Reservation.State;
import nereus.runner.PoolCount;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims that are asked after. */
class ReservationsTest {
    private static final List<String> EMPTY_LEDGER = List.of("nereus/here/epoch");

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private final DecidingHalf service = new DecidingHalf(nomad, ticker, 1);
    private final Random random = new Random(1);
    private final Reservations reservations = new Reservations(service.claims, ticker,
            () -> new UUID(random.nextLong(), random.nextLong()));

    @BeforeEach
    void start() {
        service.look();
        service.store.put(environment(1, 1, "image"));
    }

    @Test
    void nothingIsWrittenBeforeTheRunnerIsCollectedAndThenItIsWrittenBeforeItIsAnswered() {
        Reservation first = open();
        Reservation second = open();
        assertEquals(List.of(1, 2), List.of(first.collect().position(), second.collect().position()));
        service.settleDown();
        assertEquals(EMPTY_LEDGER, List.copyOf(nomad.variables.keySet()));
        assertEquals(2, service.count(1).reserved());

        Reservation.View view = reservations.get(first.id()).collect();
        assertEquals(State.CLAIMED, view.state());
        String runner = view.runner().orElseThrow().id();
        assertTrue(nomad.variables.containsKey("nereus/here/claims/" + runner));
        assertEquals(view.runner(), first.collect().runner(), "asking again gives the same");
        assertEquals(2, nomad.variables.size());
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 1, 1, 0, 0), service.count(1));
    }

    @Test
    void whatNobodyCollectsGoesToTheNextInTheLine() {
        Reservation first = open();
        Reservation second = open();
        service.keeper.step();
        service.runTasks();
        String one = nomad.jobs.keySet().stream().filter(id -> id.startsWith("1-")).findFirst().orElseThrow();
        nomad.run(one).ifPresent(service.fleet::apply);
        reservations.sweep();
        ticker.advance(Reservations.KEPT);
        reservations.sweep();
        assertEquals(State.EXPIRED, first.collect().state());
        assertTrue(first.collect().reason().contains("nobody collected it for 30 s"));
        assertEquals(State.CLAIMED, second.collect().state());
    }

    @Test
    void whoIsNotServedInTimeIsToldSoAndLaterForgotten() {
        Reservation reservation = open();
        assertEquals(Duration.ofMinutes(2), reservation.collect().left());
        ticker.advance(Duration.ofSeconds(121));
        reservations.sweep();
        assertEquals(State.EXPIRED, reservation.collect().state());
        assertTrue(reservation.collect().reason().contains("waited 120 s"), reservation.collect().reason());
        ticker.advance(Duration.ofMinutes(5));
        reservations.sweep();
        assertTrue(String.valueOf(
                assertThrows(Reservations.Unknown.class, () -> reservations.get(reservation.id())).getMessage())
                .contains("is over for more than five minutes"));
    }

    @Test
    void whatHasNoHopeFailsWithTheReason() {
        Reservation reservation = open();
        service.store.put(environment(1, 0, "image"));
        service.keeper.step();
        assertEquals(State.FAILED, reservation.collect().state());
        assertTrue(reservation.collect().reason().contains("pool size is 0"));
        assertFalse(reservation.giveUp());
    }

    @Test
    void whoGivesUpLeavesTheLineOrTheRunnerToTheNext() {
        Reservation first = open();
        Reservation second = open();
        assertTrue(first.giveUp());
        assertEquals(1, second.collect().position());
        service.settleDown();
        assertTrue(second.giveUp());
        assertEquals(State.GIVEN_UP, second.collect().state());
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        assertEquals(EMPTY_LEDGER, List.copyOf(nomad.variables.keySet()));
    }

    @Test
    void whatIsCollectedCannotBeGivenUp() {
        service.settleDown();
        Reservation reservation = open();
        assertEquals(State.CLAIMED, reservation.collect().state());
        assertFalse(reservation.giveUp());
    }

    @Test
    void aClaimThatCouldNotBeRecordedIsCollectedTheNextTime() {
        service.settleDown();
        Reservation reservation = open();
        nomad.failBefore("createVariable", refused());
        assertThrows(ClaimException.NotRecorded.class, reservation::collect);
        assertEquals(State.CLAIMED, reservation.collect().state());
    }

    @Test
    void aRunnerWhoseAnswerWasNotDeliveredIsGivenBackUnlessItIsAskedForAgain() {
        service.settleDown();
        Reservation asked = open();
        asked.undelivered(asked.collect());
        asked.collect();
        ticker.advance(Reservations.KEPT);
        reservations.sweep();
        assertEquals(State.CLAIMED, asked.collect().state());

        asked.undelivered(asked.collect());
        ticker.advance(Reservations.KEPT);
        reservations.sweep();
        assertEquals(State.EXPIRED, asked.collect().state());
        service.settleDown();
        assertEquals(EMPTY_LEDGER, List.copyOf(nomad.variables.keySet()));
    }

    @Test
    void newsOfAnUndeliveredAnswerThatComesAfterALaterAnswerTakesNothingAway() {
        service.settleDown();
        Reservation asked = open();
        Reservation.View lost = asked.collect();
        asked.collect();
        asked.undelivered(lost);
        ticker.advance(Reservations.KEPT);
        reservations.sweep();
        assertEquals(State.CLAIMED, asked.look().state());
        assertEquals(List.of(), reservations.unheard());
    }

    @Test
    void whoGivesUpARunnerOfWhichItHasNotHeardGivesItBack() {
        service.settleDown();
        Reservation asked = open();
        Reservation.View lost = asked.collect();
        asked.undelivered(lost);
        assertEquals(List.of(lost.runner().orElseThrow().id()), reservations.unheard());
        assertTrue(asked.giveUp());
        assertEquals(State.GIVEN_UP, asked.look().state());
        assertEquals(List.of(), reservations.unheard());
        service.settleDown();
        assertEquals(EMPTY_LEDGER, List.copyOf(nomad.variables.keySet()));
    }

    @Test
    void whoAsksWhileNothingCanBeRecordedKeepsItsPlace() {
        service.settleDown();
        Reservation reservation = open();
        for (int i = 0; i < 4; i++) {
            nomad.failBefore("createVariable", refused());
            assertThrows(ClaimException.NotRecorded.class, reservation::collect);
            ticker.advance(Duration.ofSeconds(10));
            reservations.sweep();
        }
        assertEquals(State.CLAIMED, reservation.collect().state());
    }

    @Test
    void aRunnerWhoseNodeBeganToDrainIsNotCollected() {
        service.settleDown();
        Reservation reservation = open();
        service.fleet.apply(new NodeFact(1_000, "node", "node", "ready", false, true));
        assertEquals(State.WAITING, reservation.collect().state());
        assertEquals(1, reservation.look().position());
    }

    @Test
    void anIdOfAnotherProcessIsToldFromOneThatNeverWas() {
        String id = open().id();
        Reservations other = new Reservations(service.claims, ticker,
                () -> new UUID(random.nextLong(), random.nextLong()));
        assertTrue(message(other, id).contains("before the last start of the service, or by another one"));
        assertTrue(message(reservations, id + "0").contains("it was never there"));
    }

    private static String message(Reservations at, String id) {
        return String.valueOf(assertThrows(Reservations.Unknown.class, () -> at.get(id)).getMessage());
    }

    private Reservation open() {
        return reservations.open(new Ask(List.of(1), Duration.ofMinutes(2), Duration.ZERO, "x"));
    }
}
