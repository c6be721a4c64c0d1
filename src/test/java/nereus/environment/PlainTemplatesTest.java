package nereus.environment;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static nereus.pool.DecidingHalf.uncertain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.nomad.NomadException;
import nereus.pool.DecidingHalf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Poseidon's templates are plain jobs, which Nomad does not let become parameterized: they are replaced at their first change. */
class PlainTemplatesTest extends TemplateStage {
    @Test
    void aPlainTemplateStaysAsItIsUntilItsFirstChange() {
        Job job = plain(OLD);
        service.look();
        nomad.calls.clear();
        assertFalse(service.store.put(OLD));
        assertEquals(List.of("variable nereus/here/epoch"), nomad.calls);
        service.settleDown().look();
        assertSame(job, job());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPlainTemplateIsReplacedAtAnyChangeOfItsDefinition(boolean onlyThePool) {
        plain(OLD);
        service.look();
        Environment next = onlyThePool ? OLD.withPrewarmingPoolSize(9) : NEW;
        assertFalse(service.store.put(next));
        assertHolds(next);
        service.look();
        assertHolds(next);
    }

    @Test
    void aPlainTemplateThatStandsInTheWayOfANewEnvironmentIsReplaced() {
        service.look();
        plain(OLD);
        assertTrue(service.store.put(NEW));
        assertHolds(NEW);
    }

    @Test
    void aTemplateThatSomebodyMadePlainMeanwhileIsReplaced() {
        startWith(OLD);
        nomad.jobs.remove(TEMPLATE);
        plain(environment(7, 1, "theirs"));
        assertFalse(service.store.put(NEW));
        assertHolds(NEW);
    }

    /** Each call of the replacement fails, before or after its effect; then the process dies, or lives on. */
    @ParameterizedTest
    @CsvSource({"createVariable,before,dies", "createVariable,after,dies", "job,before,dies", "purge,before,dies",
            "purge,after,dies", "register,before,dies", "register,after,dies", "deleteVariable,before,dies",
            "deleteVariable,after,dies", "createVariable,before,lives", "createVariable,after,lives",
            "job,before,lives", "purge,before,lives", "purge,after,lives", "register,before,lives",
            "register,after,lives", "deleteVariable,before,lives", "deleteVariable,after,lives"})
    void aReplacementThatBreaksOffIsFinishedOrNeverBegan(String method, String when, String process) {
        plain(OLD);
        service.look();
        if (when.equals("before")) {
            nomad.failBefore(method, uncertain());
        } else {
            nomad.failAfter(method, uncertain());
        }
        if (method.equals("deleteVariable")) {
            service.store.put(NEW);
        } else {
            assertThrows(NomadException.Unreachable.class, () -> service.store.put(NEW));
        }
        if (process.equals("dies")) {
            service = new DecidingHalf(nomad, ticker, 2);
        } else if (!nomad.jobs.containsKey(TEMPLATE)) {
            // Who hears of the purge in between must not be misled.
            service.templates.apply(purged());
            service.runTasks();
        }
        service.look();
        if (method.equals("createVariable") && when.equals("before")) {
            assertEquals(Optional.of(OLD), service.environments.get(7));
            assertFalse(nomad.variables.containsKey(SAVED));
            assertTrue(TemplateJob.plain(job()));
        } else {
            assertHolds(NEW);
            service = new DecidingHalf(nomad, ticker, 3).look();
            assertHolds(NEW);
        }
    }

    @Test
    void aReplacementThatCannotBeFinishedYetIsFinishedLater() {
        plain(OLD);
        service.look();
        nomad.failBefore("register", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.put(NEW));
        nomad.failBefore("register", uncertain());
        noticeAbsence(true);
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
        assertEquals(Optional.of(OLD), service.environments.get(7));
        service.look();
        assertHolds(NEW);
    }

    @Test
    void aStartWhoseReplacementCannotBeFinishedIsNoStart() {
        plain(OLD);
        service.look();
        nomad.failBefore("purge", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.put(NEW));
        service = new DecidingHalf(nomad, ticker, 2);
        nomad.failBefore("register", uncertain());
        service.look();
        assertFalse(service.readiness.fleetKnown());
        service.look();
        assertTrue(service.readiness.fleetKnown());
        assertHolds(NEW);
    }

    @Test
    void aSavedDefinitionNeverOverridesALaterPut() {
        plain(OLD);
        service.look();
        nomad.failBefore("deleteVariable", refused());
        service.store.put(NEW);
        assertTrue(nomad.variables.containsKey(SAVED));
        Environment newest = environment(7, 4, "newest");
        nomad.failAfter("register", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.store.put(newest));
        service = new DecidingHalf(nomad, ticker, 2).look();
        assertHolds(newest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "deleteVariable", "purge"})
    void aDeletionAfterAnInterruptedReplacementIsNotUndone(String fails) {
        plain(OLD);
        service.look();
        nomad.failBefore("register", refused());
        assertThrows(NomadException.Refused.class, () -> service.store.put(NEW));
        nomad.failAfter(fails, uncertain());
        if (fails.equals("none")) {
            assertTrue(service.store.delete(7));
        } else {
            assertThrows(NomadException.Unreachable.class, () -> service.store.delete(7));
            nomad.mend();
        }
        service = new DecidingHalf(nomad, ticker, 2).look();
        assertEquals(Optional.empty(), service.environments.get(7));
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
    }

    @Test
    void aSavedDefinitionThatIsDamagedIsLeftAlone() {
        nomad.createVariable(SAVED, Map.of("pool", "many"));
        plain(OLD);
        service.look();
        assertEquals(Optional.of(OLD), service.environments.get(7));
        assertTrue(nomad.variables.containsKey(SAVED));
    }

    @Test
    void everythingOfADefinitionIsSaved() {
        Edition edition = new Edition(new Environment(7, 5, 30, 256, "image:1", true, List.of(80, 443)), 3);
        SavedDefinitions saved = new SavedDefinitions(nomad, "here");
        saved.save(new Edition(OLD, 0));
        saved.save(edition);
        assertEquals(Optional.of(edition), saved.read(7));
    }
}
