package nereus.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.nomad.NodeFact;
import org.junit.jupiter.api.Test;

/** Which runners somebody works in, and which come next. */
class StandingsTest {
    private static final Lease LEASE = new Lease("test", Instant.EPOCH, Duration.ofSeconds(30), "", Lease.UNKNOWN);

    private final PretendedTicker ticker = new PretendedTicker();
    private final Fleet fleet = new Fleet("here", Duration.ofHours(1), ticker, new Random(1), new Bell());

    @Test
    void whoeverIsHandedOutNextStandsInThatOrder() {
        idle("a", 10, "node");
        idle("b", 20, "node");
        idle("c", 30, "node");
        assertEquals(List.of("a", "b", "c"), next("r", 10));
        assertEquals(List.of("a", "b"), next("r", 2));
        fleet.take(7, "r");
        fleet.putBack("a");
        assertEquals(List.of("a", "b", "c"), next("r", 10));
    }

    @Test
    void whoCannotBeHandedOutDoesNotStand() {
        idle("a", 10, "node");
        idle("b", 20, "other");
        assertEquals(List.of(), next("newer", 10));
        fleet.apply(new NodeFact(40, "other", "n", "ready", true, true));
        assertEquals(List.of("a"), next("r", 10));
        ticker.advance(Duration.ofHours(1));
        assertEquals(List.of(), next("r", 10));
    }

    @Test
    void whoeverIsTakenStandsFromTheMomentOfTheClaimTheLastUsedFirst() {
        idle("a", 10, "node");
        idle("b", 20, "node");
        idle("c", 30, "node");
        fleet.take(7, "r");
        assertEquals(List.of("a"), taken(10));
        fleet.grant("a", LEASE);
        ticker.advance(Duration.ofSeconds(1));
        fleet.take(7, "r");
        fleet.grant("b", LEASE);
        assertEquals(List.of("b", "a"), taken(10));
        assertEquals(List.of("b"), taken(1));
        ticker.advance(Duration.ofSeconds(1));
        fleet.touch("a");
        assertEquals(List.of("a", "b"), taken(10));
        fleet.release("b", Ending.RETURNED);
        assertEquals(List.of("a"), taken(10));
        fleet.apply(allocation("a", 50, "node", "unknown"));
        assertEquals(List.of(), taken(10));
    }

    @Test
    void claimedRunnersOfAnEnvironmentThatIsGoneStandToo() {
        idle("a", 10, "node");
        fleet.take(7, "r");
        fleet.grant("a", LEASE);
        assertEquals(List.of("a"), ids(standing(fleet.upkeep().standings(Map.of(), 10)).taken()));
    }

    private List<String> next(String revision, int most) {
        return ids(standing(fleet.upkeep().standings(Map.of(7, revision), most)).next());
    }

    private List<String> taken(int most) {
        return ids(standing(fleet.upkeep().standings(Map.of(7, "r"), most)).taken());
    }

    private static Standing standing(Map<Integer, Standing> standings) {
        return Objects.requireNonNull(standings.get(7));
    }

    private static List<String> ids(List<Claimed> runners) {
        return runners.stream().map(Claimed::id).toList();
    }

    private void idle(String id, long index, String node) {
        fleet.upkeep().begin(id, 7, "r");
        fleet.upkeep().registered(id, index);
        fleet.apply(allocation(id, index + 2, node, "running"));
    }

    private static AllocationFact allocation(String job, long index, String node, String status) {
        return new AllocationFact(index, job + "1", job, node, status, "run", status.equals("running"), 0, false, "",
                List.of());
    }
}
