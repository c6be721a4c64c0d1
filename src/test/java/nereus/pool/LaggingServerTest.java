package nereus.pool;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that has just become the leader may show what was there before the last writes, also to a process that has just begun. */
class LaggingServerTest {
    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private DecidingHalf service = new DecidingHalf(nomad, ticker, 1);

    @BeforeEach
    void start() {
        service.look();
        service.store.put(environment(7, 2, "image"));
        service.settleDown();
    }

    @Test
    void aListOfVariablesThatIsOlderThanThisProcessIsNotBelieved() {
        nomad.lag("variables");
        String runner = service.claims.claim(7, Duration.ZERO, "x").id();
        service = new DecidingHalf(nomad, ticker, 2).look();
        assertFalse(service.readiness.fleetKnown());
        service.look().settleDown();
        assertTrue(service.fleet.claimed(runner).isPresent());
    }

    @Test
    void aClaimedRunnerIsNotLostBecauseAnOlderListOfAllocationsDoesNotShowIt() {
        String idle = service.claims.claim(7, Duration.ZERO, "x").id();
        nomad.lag("allocations");
        service.settleDown();
        String one = service.claims.claim(7, Duration.ZERO, "x").id();
        String other = service.claims.claim(7, Duration.ZERO, "x").id();
        service = new DecidingHalf(nomad, ticker, 2).look();
        for (String runner : new String[]{idle, one, other}) {
            assertTrue(service.fleet.claimed(runner).isPresent(), runner);
        }
        service.look();
        nomad.allocations.remove(one);
        nomad.deleteVariable("nereus/here/something");
        service.look();
        assertFalse(service.fleet.claimed(one).isPresent());
        assertTrue(service.fleet.claimed(other).isPresent());
    }

    @Test
    void aClaimOfARunnerThatAnOlderListOfJobsDoesNotShowIsNotGivenUp() {
        service.claims.claim(7, Duration.ZERO, "x");
        nomad.lag("jobs");
        service.settleDown();
        service.claims.claim(7, Duration.ZERO, "x");
        String late = service.claims.claim(7, Duration.ZERO, "x").id();
        service = new DecidingHalf(nomad, ticker, 2).look();
        service.look().settleDown();
        assertTrue(service.fleet.claimed(late).isPresent());
    }

    @Test
    void aClaimOfOursThatIsCommittedAfterItsRefusalIsNobodysAndGoesWithItsRunner() {
        nomad.failBefore("createVariable", refused());
        assertThrows(ClaimException.NotRecorded.class, () -> service.claims.claim(7, Duration.ZERO, "x"));
        String runner = service.fleet.take(7, environment(7, 2, "image").revision()).orElseThrow().id();
        service.fleet.putBack(runner);
        nomad.createVariable("nereus/here/claims/" + runner, Map.of("process", "process 1", "claimer", "x", "since",
                "2026-01-01T00:00:00Z", "timeout", "0", "allocation", "", "restarts", "0"));
        service.look().settleDown();
        assertFalse(nomad.jobs.containsKey(runner));
        assertFalse(nomad.variables.containsKey("nereus/here/claims/" + runner));
        assertEquals(2, service.count(7).idle());
    }
}
