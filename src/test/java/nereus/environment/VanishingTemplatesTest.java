package nereus.environment;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static nereus.pool.DecidingHalf.uncertain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.NomadException;
import nereus.pool.DecidingHalf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A known template that vanishes without our doing is put back, once; what vanishes by our doing is not. */
class VanishingTemplatesTest extends TemplateStage {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTemplateThatVanishesIsPutBackOnceAndAgainAfterAPut(boolean event) {
        startWith(OLD);
        vanish(event);
        assertHolds(OLD);
        vanish(event);
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
        assertEquals(Optional.of(OLD), service.environments.get(7));
        service.look();
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
        assertEquals(2, service.settleDown().count(7).idle());
        service.store.put(OLD);
        assertHolds(OLD);
        vanish(event);
        assertHolds(OLD);
    }

    @Test
    void aTemplateThatSomebodyStoppedIsPutBack() {
        startWith(OLD);
        job().setStop(true);
        service.look();
        assertHolds(OLD);
        assertNull(job().getStop());
    }

    @Test
    void aPlainTemplateThatVanishesIsPutBackParameterized() {
        plain(OLD);
        service.look();
        vanish(true);
        assertHolds(OLD);
    }

    @Test
    void aPlainTemplateWhoseContainerDiedIsReplaced() {
        Job job = plain(OLD);
        service.look();
        job.setStatus("dead");
        service.look();
        assertHolds(OLD);
    }

    @Test
    void newsOlderThanThePutSayNothing() {
        service.look();
        Listing<JobFact> before = nomad.jobs("");
        JobFact purgedBefore = purged();
        service.store.put(OLD);
        service.templates.merge(before, List.of());
        service.templates.apply(purgedBefore);
        assertEquals(0, service.tasks.size());
    }

    @Test
    void aTemplateThatWasPutMeanwhileIsNotPutBack() {
        startWith(OLD);
        nomad.purge(TEMPLATE);
        service.templates.apply(purged());
        service.store.put(NEW);
        nomad.calls.clear();
        service.runTasks();
        assertEquals(List.of("variable nereus/here/epoch"), nomad.calls);
        assertHolds(NEW);
    }

    @Test
    void aTemplateThatIsThereWhenSomebodyLooksIsLeftAlone() {
        startWith(OLD);
        service.templates.apply(purged());
        nomad.calls.clear();
        service.runTasks();
        assertEquals(List.of("variable nereus/here/epoch", "job template-7"), nomad.calls);
        vanish(true);
        assertHolds(OLD);
    }

    @Test
    void ourOwnDeletionAndReplacementAreNotTakenForAVanishing() {
        plain(OLD);
        service.look();
        service.store.put(environment(8, 1, "x"));
        service.store.put(NEW);
        JobFact replaced = new JobFact(Objects.requireNonNull(job().getModifyIndex()).longValue() - 1, TEMPLATE,
                "running", false, false, Map.of(), true);
        service.templates.apply(replaced);
        service.store.delete(8);
        service.templates.apply(new JobFact(nomad.index(), "template-8", "running", true, false, Map.of(), true));
        nomad.calls.clear();
        service.runTasks();
        service.look();
        assertEquals(0, nomad.calls.stream().filter(call -> call.startsWith("register")).count());
        assertFalse(nomad.jobs.containsKey("template-8"));
    }

    @Test
    void whatAFetchFoundMissingIsNotPutBack() {
        startWith(OLD);
        nomad.purge(TEMPLATE);
        service.templates.apply(purged());
        service.store.fetch(7);
        service.runTasks();
        service.look();
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
    }

    @Test
    void anOldSightingDoesNotShowThatAnUncertainRestorationCameThrough() {
        startWith(OLD);
        JobFact seen = nomad.jobs(TEMPLATE).rows().getFirst();
        nomad.failBefore("register", uncertain());
        vanish(true);
        service.templates.apply(seen);
        service.look();
        assertHolds(OLD);
    }

    @Test
    void aRestorationThatFailsIsTriedAgainAndAnUncertainOneCountsWhenItCameThrough() {
        startWith(OLD);
        nomad.failBefore("register", refused());
        vanish(true);
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
        nomad.failAfter("register", uncertain());
        service.look();
        assertHolds(OLD);
        service.look();
        vanish(true);
        assertFalse(nomad.jobs.containsKey(TEMPLATE));
    }

    @Test
    void aTemplateThatAnotherInstanceTookOverIsLeftToIt() {
        startWith(OLD);
        Job theirs = template(NEW, "there");
        nomad.register(theirs, false);
        service.look();
        service.look();
        assertSame(theirs, job());
        assertEquals(Optional.of(OLD), service.environments.get(7));
    }

    /** Puts, deletions, fetches, strangers, failing calls, restarts and late looks in any order, on three environments. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whateverTheOrderInTheEndNomadAndWeAgreeAndNothingIsLeftOver(int seed) {
        for (int round = 0; round < 40; round++) {
            anyOrder(new Random(seed * 1000L + round));
        }
    }

    private void anyOrder(Random random) {
        nomad.mend();
        service = new DecidingHalf(nomad, ticker, random.nextLong()).look();
        // What a put or a deletion that was answered well has promised; nothing when something else happened since.
        Map<Integer, Optional<Environment>> promised = new HashMap<>();
        for (int step = 0; step < 30; step++) {
            int id = 7 + random.nextInt(3);
            nomad.mend();
            if (random.nextInt(3) == 0) {
                String method = List.of("register", "purge", "createVariable", "deleteVariable", "job")
                        .get(random.nextInt(5));
                NomadException failure = random.nextBoolean() ? uncertain() : refused();
                if (random.nextBoolean() || !failure.outcomeUnknown()) {
                    nomad.failBefore(method, failure);
                } else {
                    nomad.failAfter(method, failure);
                }
            }
            try {
                act(random.nextInt(9), id, random, promised);
            } catch (NomadException failed) {
                promised.remove(id);
            }
        }
        nomad.mend();
        service.look().look();
        promised.forEach(
                (id, environment) -> assertEquals(environment, service.environments.get(id), "environment " + id));
        service.store.fetchAll();
        for (int id = 7; id < 10; id++) {
            Optional<Environment> inNomad = Optional.ofNullable(nomad.jobs.get(TemplateJob.id(id)))
                    .filter(job -> TemplateJob.mayBeTaken(job, "here"))
                    .flatMap(job -> TemplateJob.read(7, job))
                    .map(Edition::environment).map(e -> environment(e.id(), e.prewarmingPoolSize(), e.image()));
            int environment = id;
            assertEquals(service.environments.get(id), inNomad
                    .map(e -> environment(environment, e.prewarmingPoolSize(), e.image())));
        }
        assertTrue(nomad.variables.keySet().stream().noneMatch(path -> path.contains("/environments/")),
                nomad.variables.keySet().toString());
    }

    private void act(int what, int id, Random random, Map<Integer, Optional<Environment>> promised) {
        switch (what) {
            case 0, 1, 2 -> {
                Environment environment = environment(id, random.nextInt(3), "image" + random.nextInt(2));
                service.store.put(environment);
                promised.put(id, Optional.of(environment));
            }
            case 3 -> {
                service.store.delete(id);
                promised.put(id, Optional.empty());
            }
            case 4 -> {
                promised.remove(id);
                service.store.fetch(id);
            }
            case 5 -> {
                promised.remove(id);
                nomad.jobs.remove(TemplateJob.id(id));
                plain(environment(id, 1, "stranger"));
            }
            case 6 -> {
                promised.remove(id);
                nomad.purge(TemplateJob.id(id));
                service.templates.apply(
                        new JobFact(nomad.index(), TemplateJob.id(id), "running", true, false, Map.of(), true));
            }
            case 7 -> service.look();
            default -> service.runTasks();
        }
    }
}
