package nereus.environment;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static nereus.pool.DecidingHalf.uncertain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nereus.nomad.JobFact;
import nereus.nomad.NomadException;
import nereus.pool.ClaimException;
import nereus.pool.DecidingHalf;
import nereus.runner.Claimed;
import nereus.runner.PoolCount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Definitions come from Nomad at a start and by fetch, go there with each put, and leave with a deletion. */
class TemplatesTest extends TemplateStage {
    @Test
    void atAStartOurOwnAndUnmarkedTemplatesAreAdoptedButNotThoseOfAnotherInstance() {
        nomad.register(template(OLD, "here"), false);
        plain(environment(8, 1, "poseidon"));
        nomad.register(template(environment(9, 1, "theirs"), "there"), false);
        service.look();
        assertEquals(List.of(OLD, environment(8, 1, "poseidon")), List.copyOf(service.environments.all()));
        service.settleDown();
        assertEquals(6, nomad.jobs.size());
    }

    @Test
    void aDeadTemplateIsNotAdopted() {
        plain(OLD).setStatus("dead");
        service.look();
        assertEquals(List.of(), List.copyOf(service.environments.all()));
        service.store.fetch(7);
        assertEquals(Optional.empty(), service.environments.get(7));
    }

    @Test
    void laterTemplatesOfOthersAreAdoptedByFetchAlone() {
        service.look();
        plain(OLD);
        service.look();
        service.templates.apply(new JobFact(500, TEMPLATE, "running", false, false, Map.of(), false));
        assertEquals(Optional.empty(), service.environments.get(7));
        service.store.fetch(7);
        assertEquals(Optional.of(OLD), service.environments.get(7));
        plain(environment(8, 1, "another"));
        service.store.fetchAll();
        assertEquals(2, service.environments.all().size());
    }

    @Test
    void fetchTakesOverWhatOthersMadeOfAKnownDefinition() {
        startWith(OLD);
        nomad.register(template(NEW, "here"), false);
        service.look();
        assertEquals(Optional.of(OLD), service.environments.get(7));
        service.store.fetch(7);
        service.settleDown();
        assertEquals(Optional.of(NEW), service.environments.get(7));
        assertEquals(3, service.count(7).idle());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fetchDeletesAnEnvironmentWhoseTemplateIsMissingWithAllItsRunners(boolean all) {
        startWith(OLD);
        startWith(environment(8, 1, "stays"));
        Claimed claimed = service.claims.claim(7, Duration.ZERO, "x");
        nomad.purge(TEMPLATE);
        if (all) {
            service.store.fetchAll();
        } else {
            service.store.fetch(7);
        }
        service.settleDown();
        assertEquals(Optional.empty(), service.environments.get(7));
        assertEquals(Optional.empty(), service.fleet.claimed(claimed.id()));
        assertEquals(2, nomad.jobs.size());
        service.look();
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
    }

    @Test
    void aFetchWithoutNomadChangesNothing() {
        startWith(OLD);
        nomad.purge(TEMPLATE);
        nomad.failBefore("job", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.fetch(7));
        nomad.failBefore("jobs", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.fetchAll());
        assertEquals(Optional.of(OLD), service.environments.get(7));
        assertEquals(2, service.settleDown().count(7).idle());
    }

    @Test
    void aFetchOfAllTouchesNoPoolAndOneFailingLookUpNoEnvironment() {
        startWith(OLD);
        startWith(environment(8, 3, "x"));
        Set<String> before = Set.copyOf(nomad.jobs.keySet());
        service.store.fetchAll();
        nomad.failBefore("job", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.fetchAll());
        service.settleDown().look().settleDown();
        assertEquals(before, nomad.jobs.keySet());
        assertEquals(2, service.environments.all().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPutThatNomadDoesNotTakeChangesNothing(boolean uncertain) {
        startWith(OLD);
        Set<String> before = Set.copyOf(nomad.jobs.keySet());
        nomad.failBefore("register", uncertain ? uncertain() : refused());
        assertThrows(NomadException.class, () -> service.store.put(NEW));
        service.settleDown().look().settleDown();
        assertEquals(before, nomad.jobs.keySet());
        assertHolds(OLD);
    }

    @Test
    void aJobThatIsNoTemplateInSpiteOfItsNameIsLeftAlone() {
        plain(OLD).setTaskGroups(List.of());
        service.look();
        service.store.fetch(7);
        assertEquals(Optional.empty(), service.environments.get(7));
        assertTrue(nomad.jobs.containsKey(TEMPLATE));
    }

    @Test
    void aPutIsOneWriteToNomadWhateverThePoolSize() {
        service.look();
        nomad.calls.clear();
        service.store.put(environment(7, 10_000, "image"));
        service.store.put(environment(7, 20_000, "image"));
        nomad.calls.removeIf(call -> call.equals("variable nereus/here/epoch"));
        assertEquals(List.of("register template-7", "register template-7"), nomad.calls);
    }

    @Test
    void anotherInstancesTemplateIsNotOverwritten() {
        service.look();
        Job theirs = template(OLD, "there");
        nomad.register(theirs, false);
        NomadException refused = assertThrows(NomadException.Refused.class, () -> service.store.put(NEW));
        assertTrue(refused.getMessage().contains("instance there"), refused.getMessage());
        assertEquals(theirs.getMeta(), job().getMeta());
        assertEquals(Optional.empty(), service.environments.get(7));
    }

    @Test
    void aCreationWhoseAnswerWasLostIsMadeGoodByTheNextPut() {
        service.look();
        nomad.failAfter("register", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.put(OLD));
        assertTrue(service.store.put(NEW));
        assertHolds(NEW);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeletionThatCameThroughWithoutAnAnswerIsNotUndoneAndLosesNoRunner(boolean event) {
        startWith(OLD);
        Claimed claimed = service.claims.claim(7, Duration.ZERO, "x");
        nomad.failAfter("purge", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.delete(7));
        assertTrue(service.fleet.claimed(claimed.id()).isPresent());
        noticeAbsence(event);
        assertEquals(Optional.empty(), service.environments.get(7));
        assertEquals(Optional.empty(), service.fleet.claimed(claimed.id()));
        service.settleDown();
        assertEquals(Map.of(), nomad.jobs);
    }

    @Test
    void aDeletionThatNeverArrivedLeavesEverythingAndCanBeRepeated() {
        startWith(OLD);
        nomad.failBefore("purge", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.delete(7));
        service.look();
        assertEquals(Optional.of(OLD), service.environments.get(7));
        assertEquals(2, service.settleDown().count(7).idle());
        assertTrue(service.store.delete(7));
        assertFalse(service.store.delete(7));
        service.settleDown();
        assertEquals(Map.of(), nomad.jobs);
    }

    @Test
    void aCrashAfterTheTemplateIsPurgedLeavesNoRunnerBehind() {
        startWith(OLD);
        Claimed claimed = service.claims.claim(7, Duration.ZERO, "x");
        nomad.purge(TEMPLATE);
        service = new DecidingHalf(nomad, ticker, 2).look().settleDown();
        assertEquals(Set.of(claimed.id()), nomad.jobs.keySet());
        ticker.advance(Duration.ofSeconds(5));
        service.settleDown();
        assertEquals(Map.of(), nomad.jobs);
    }

    @Test
    void aClaimThatIsBeingWrittenDuringTheDeletionGetsNothingAndItsRunnerGoesToo() {
        startWith(OLD);
        nomad.during("createVariable", () -> {
            service.store.delete(7);
            service.store.put(OLD);
        });
        Set<String> before = Set.copyOf(nomad.jobs.keySet());
        assertThrows(ClaimException.NoRunner.class, () -> service.claims.claim(7, Duration.ZERO, "x"));
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 0, 0, 0), service.count(7));
        assertEquals(3, nomad.jobs.size());
        before.forEach(id -> assertTrue(id.equals(TEMPLATE) || !nomad.jobs.containsKey(id), id));
    }
}
