package nereus.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.NodeFact;
import nereus.runner.Waiter.Leaving;
import nereus.runner.Waiter.Left;
import org.junit.jupiter.api.Test;

/** The line in front of the idle runners, and the hand-over. */
class LineTest {
    private static final String A = "7-00000000-0000-4000-8000-00000000000a";
    private static final String B = "7-00000000-0000-4000-8000-00000000000b";
    private static final String OTHER = "8-00000000-0000-4000-8000-00000000000c";
    private static final Lease LEASE = new Lease("test", Instant.EPOCH, Duration.ofSeconds(30), "", Lease.UNKNOWN);
    private static final Left WITHDRAWN = new Left(Leaving.WITHDRAWN, "");

    private final PretendedTicker ticker = new PretendedTicker();
    private final Fleet fleet = new Fleet("here", Duration.ZERO, ticker, new Random(1), new Bell());
    private final Upkeep upkeep = fleet.upkeep();
    private final Line line = fleet.line();
    private final Map<Integer, String> marks = new HashMap<>(Map.of(7, "r", 8, "r"));
    private long index = 10;

    @Test
    void whoFindsARunnerIsHandedItAtOnce() {
        idle(A);
        Waiter waiter = enter(7);
        assertTrue(waiter.called());
        assertEquals(A, runner(waiter));
        assertTrue(fleet.grant(A, LEASE).isPresent());
        assertTrue(line.granted(waiter));
    }

    @Test
    void whoCameFirstIsServedFirst() {
        Waiter first = enter(7);
        Waiter second = enter(7);
        assertEquals(List.of(1, 2), List.of(line.standing(first).position(), line.standing(second).position()));
        idle(A);
        assertTrue(first.called());
        assertFalse(second.called());
        assertEquals(1, line.standing(second).position());
        idle(B);
        assertEquals(List.of(A, B), List.of(runner(first), runner(second)));
    }

    @Test
    void aClaimThatDoesNotWaitOvertakesNobody() {
        Waiter waiter = enter(7);
        idle(A);
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        line.leave(waiter, WITHDRAWN);
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void whoLeavesBeforeTheWriteHandsItsRunnerToTheNext() {
        Waiter first = enter(7);
        Waiter second = enter(7);
        idle(A);
        assertTrue(line.leave(first, WITHDRAWN));
        assertEquals(Optional.empty(), line.begin(first));
        assertEquals(A, runner(second));
    }

    @Test
    void whoLeavesDuringTheWriteIsSeenByWhoeverWrites() {
        Waiter first = enter(7);
        Waiter second = enter(7);
        idle(A);
        assertEquals(A, runner(first));
        assertFalse(line.leave(first, WITHDRAWN));
        assertFalse(second.called());
        assertTrue(fleet.grant(A, LEASE).isPresent());
        assertFalse(line.granted(first));
    }

    @Test
    void whoHasLeftDuringAWriteThatCameToNothingDoesNotStandAgain() {
        Waiter waiter = enter(7);
        idle(A);
        runner(waiter);
        line.leave(waiter, WITHDRAWN);
        line.refused(waiter);
        assertEquals(Map.of(), line.lengths());
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void aRefusedWriteKeepsItsPlaceAndGetsAnotherRunnerIfThereIsOne() {
        Waiter first = enter(7);
        idle(A);
        Waiter second = enter(7);
        assertEquals(A, runner(first));
        line.refused(first);
        assertEquals(A, runner(first), "there is no other, and nobody goes before the first");
        idle(B);
        assertEquals(B, runner(second));
        fleet.doubt(B);
        line.again(second);
        line.refused(first);
        assertEquals(A, runner(first));
        idle(OTHER.replace("8-", "7-"));
        line.refused(first);
        assertEquals(A, runner(first), "the second has the other one already");
    }

    @Test
    void ofTwoIdleRunnersTheOneThatWasNotRefusedIsHandedOver() {
        idle(A);
        idle(B);
        Waiter waiter = enter(7);
        assertEquals(A, runner(waiter));
        line.refused(waiter);
        assertEquals(B, runner(waiter));
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void whoseRunnerIsLostBeforeTheWriteStandsInItsOldPlaceAgain() {
        Waiter first = enter(7);
        Waiter second = enter(7);
        idle(A);
        fleet.apply(allocation(A, "failed"));
        assertEquals(Optional.empty(), line.begin(first));
        assertEquals(1, line.standing(first).position());
        assertEquals(1, upkeep.toPurge(8).size());
        idle(B);
        assertFalse(second.called());
        assertEquals(B, runner(first));
    }

    @Test
    void whatWasHandedOverAndIsOfAnOldDefinitionByThenIsNotWritten() {
        Waiter waiter = enter(7);
        idle(A);
        marks.put(7, "newer");
        assertEquals(Optional.empty(), line.begin(waiter));
        assertEquals(List.of(A), level("newer").unfit());
        assertEquals(1, line.standing(waiter).position());
    }

    @Test
    void aRunnerOfADeletedEnvironmentIsNotHandedOn() {
        Waiter first = enter(7);
        enter(7);
        idle(A);
        fleet.dissolve(7);
        assertTrue(line.leave(first, WITHDRAWN));
        assertEquals(1, upkeep.toPurge(8).size());
        assertEquals(0, Objects.requireNonNull(fleet.counts().get(7)).reserved());
    }

    @Test
    void aDefinitionThatIsTakenBackMakesOldRunnersFitForTheLineAndThatIsNoError() {
        idle(A);
        marks.put(7, "newer");
        Waiter waiter = enter(7);
        marks.put(7, "r");
        assertEquals(Set.of(), line.lookAgain());
        assertEquals(0, line.overlookings(7));
        assertEquals(A, runner(waiter));
    }

    @Test
    void aRunnerThatComesBackIntoSightIsHandedOver() {
        idle(A);
        fleet.apply(allocation(A, "unknown"));
        Waiter waiter = enter(7);
        assertFalse(waiter.called());
        fleet.apply(allocation(A, "running"));
        assertEquals(A, runner(waiter));
    }

    @Test
    void whoAcceptsSeveralIsWithdrawnFromTheOthersWhenOneFills() {
        Waiter any = enter(7, 8);
        Waiter eighth = enter(8);
        idle(OTHER);
        assertEquals(OTHER, runner(any));
        assertEquals(1, line.standing(eighth).position());
        assertEquals(Set.of(8), line.lengths().keySet());
        idle(A);
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void whoAcceptsSeveralGetsThePreferredOneIfAllAreIdle() {
        idle(A);
        idle(OTHER);
        assertEquals(OTHER, runner(enter(8, 7)));
        assertEquals(A, runner(enter(7, 8)));
    }

    @Test
    void whenSeveralFillAtOnceWhoCameFirstChoosesFirst() {
        Waiter first = enter(8, 7);
        Waiter second = enter(7, 8);
        fleet.merge(new Snapshot(new Listing<>(50, List.of(job(A), job(OTHER))),
                new Listing<>(50, List.of(allocation(A, "running"), allocation(OTHER, "running"))),
                new Listing<>(50, List.<NodeFact>of()), Map.of(), Set.of()));
        assertEquals(List.of(OTHER, A), List.of(runner(first), runner(second)));
    }

    @Test
    void whoHasNoHopeAnywhereLeavesWithTheReasonOfThePreferredOne() {
        Waiter seventh = enter(7);
        Waiter any = enter(8, 7);
        line.despair(environment -> environment == 7 ? Optional.of("seven is broken") : Optional.empty());
        assertEquals(Optional.of(new Left(Leaving.HOPELESS, "seven is broken")), seventh.left());
        assertTrue(seventh.called());
        assertEquals(Optional.empty(), any.left());
        line.despair(environment -> Optional.of(environment + " is broken"));
        assertEquals("8 is broken", any.left().orElseThrow().reason());
        assertEquals(Map.of(), line.lengths());
    }

    @Test
    void aStopSendsEverybodyAwayAndWhoComesLaterToo() {
        Waiter waiter = enter(7);
        line.stop("the service stops");
        assertEquals(Leaving.STOPPING, waiter.left().orElseThrow().why());
        assertEquals(Leaving.STOPPING, enter(7).left().orElseThrow().why());
    }

    @Test
    void aStopDuringAWriteThatComesToNothingIsTheEndOfIt() {
        Waiter waiter = enter(7);
        idle(A);
        runner(waiter);
        line.stop("the service stops");
        line.refused(waiter);
        assertEquals(Leaving.STOPPING, waiter.left().orElseThrow().why());
        assertEquals(A, level("r").idle().getFirst());
    }

    @Test
    void whoWaitsCountsOnceForTheFirstEnvironmentThatHasHope() {
        enter(7);
        ticker.advance(Duration.ofSeconds(1));
        enter(8, 7);
        assertEquals(Map.of(7, 1, 8, 1), sizes(line.demand(environment -> true)));
        assertEquals(Map.of(7, 2), sizes(line.demand(environment -> environment == 7)));
        List<Long> since = Objects.requireNonNull(line.demand(environment -> environment == 7).get(7));
        assertEquals(Duration.ofSeconds(1).toNanos(), since.get(1) - since.get(0));
    }

    @Test
    void theExpectedWaitFollowsFromHowFastRunnersCameWhileTheyWereWanted() {
        assertEquals(OptionalLong.empty(), line.expected(7));
        begin(A);
        begin(B);
        ticker.advance(Duration.ofSeconds(4));
        fleet.apply(allocation(A, "running"));
        fleet.apply(allocation(B, "running"));
        assertEquals(OptionalLong.of(Duration.ofSeconds(2).toNanos()), line.expected(7));
        ticker.advance(Duration.ofHours(1));
        begin(A.replace("000a", "000d"));
        ticker.advance(Duration.ofSeconds(5));
        fleet.apply(allocation(A.replace("000a", "000d"), "running"));
        assertEquals(OptionalLong.of(Duration.ofSeconds(3).toNanos()), line.expected(7), "nobody wanted one meanwhile");
        runner(enter(7));
        runner(enter(7));
        runner(enter(7));
        enter(7);
        Waiter second = enter(7);
        assertEquals(new Line.Standing(2, OptionalLong.of(Duration.ofSeconds(6).toNanos())), line.standing(second));
    }

    @Test
    void aRunnerThatAnEarlierProcessHadBegunSaysNothingOfThePace() {
        fleet.merge(new Snapshot(new Listing<>(50, List.of(job(A))),
                new Listing<>(50, List.of(allocation(A, "running"))), new Listing<>(50, List.<NodeFact>of()), Map.of(),
                Set.of()));
        assertEquals(OptionalLong.empty(), line.expected(7));
    }

    @Test
    void theLengthOfALineSaysSinceWhenItsFirstWaits() {
        long began = ticker.nanos();
        Waiter first = enter(7);
        ticker.advance(Duration.ofSeconds(3));
        enter(7);
        assertEquals(Map.of(7, new Line.Length(2, began)), line.lengths());
        line.leaveIfWaiting(first, new Left(Leaving.TIMED_OUT, ""));
        assertEquals(Map.of(7, new Line.Length(1, ticker.nanos())), line.lengths());
    }

    private static Map<Integer, Integer> sizes(Map<Integer, List<Long>> demand) {
        Map<Integer, Integer> sizes = new HashMap<>();
        demand.forEach((environment, since) -> sizes.put(environment, since.size()));
        return sizes;
    }

    private Waiter enter(Integer... environments) {
        return line.enter(List.of(environments), environment -> Optional.ofNullable(marks.get(environment)),
                ticker.nanos() + Duration.ofSeconds(10).toNanos());
    }

    private String runner(Waiter waiter) {
        return line.begin(waiter).orElseThrow().runner().id();
    }

    private Level level(String revision) {
        return Objects.requireNonNull(upkeep.levels(Map.of(7, revision)).get(7));
    }

    private void begin(String id) {
        upkeep.begin(id, Integer.parseInt(id.substring(0, 1)), "r");
        upkeep.registered(id, ++index);
    }

    private void idle(String id) {
        begin(id);
        fleet.apply(allocation(id, "running"));
    }

    private AllocationFact allocation(String job, String status) {
        return new AllocationFact(++index, "of " + job, job, "node", status, "run", status.equals("running"), 0, false,
                "", List.of());
    }

    private static JobFact job(String id) {
        return new JobFact(10, id, "running", false, false, Map.of("nereus_instance", "here", "nereus_revision", "r"),
                false);
    }
}
