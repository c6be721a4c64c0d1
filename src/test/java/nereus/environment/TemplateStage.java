package nereus.environment;

import static nereus.pool.DecidingHalf.environment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.hashicorp.nomad.apimodel.Job;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.nomad.JobFact;
import nereus.pool.DecidingHalf;

/** What the tests of template jobs share: environment 7, two definitions of it, and its job in Nomad's pretended state. */
class TemplateStage {
    static final String TEMPLATE = "template-7";
    static final String SAVED = "nereus/here/environments/7";
    static final Environment OLD = environment(7, 2, "old");
    static final Environment NEW = environment(7, 3, "new");

    final InMemoryNomad nomad = new InMemoryNomad();
    final PretendedTicker ticker = new PretendedTicker();
    DecidingHalf service = new DecidingHalf(nomad, ticker, 1);

    void startWith(Environment environment) {
        service.look();
        service.store.put(environment);
        service.settleDown();
    }

    /** Somebody purges the template, and we notice. */
    void vanish(boolean event) {
        nomad.purge(TEMPLATE);
        noticeAbsence(event);
    }

    void noticeAbsence(boolean event) {
        if (event) {
            service.templates.apply(purged());
            service.runTasks();
        } else {
            service.look();
        }
    }

    /** The event of a purge at Nomad's present index. */
    JobFact purged() {
        return new JobFact(nomad.index(), TEMPLATE, "running", true, false, Map.of("nereus_instance", "here"), true);
    }

    Job job() {
        return Objects.requireNonNull(nomad.jobs.get(TEMPLATE), "no template");
    }

    /** Nomad holds it in a parameterized job of ours, we know it, and nothing is saved. */
    void assertHolds(Environment environment) {
        assertEquals(environment, TemplateJob.read(7, job()).orElseThrow().environment());
        assertFalse(TemplateJob.plain(job()), "still plain");
        assertEquals(Map.of("nereus_instance", "here"), job().getMeta());
        assertEquals(Optional.of(environment), service.environments.get(7));
        assertFalse(nomad.variables.containsKey(SAVED), "still saved");
    }

    /** Registers a template as Poseidon does: without a mark, not parameterized. */
    Job plain(Environment environment) {
        Job job = template(environment, "").setParameterizedJob(null).setMeta(null);
        nomad.register(job, false);
        return job;
    }

    static Job template(Environment environment, String instance) {
        return TemplateJob.of(new Edition(environment, 0), new JobSettings(instance, "docker", List.of("dc1"), "bridge",
                50, Duration.ofMinutes(5), false));
    }
}
