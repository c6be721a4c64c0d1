package nereus.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.pool.DecidingHalf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How an environment is claimed, and where that is kept. */
class TermsTest {
    private static final Terms TERMS = new Terms(Optional.of(Duration.ofSeconds(20)),
            Map.of("language", "python 3.13", "team/course", "a"));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTermsOutliveARestartWhateverTheTemplateWasBefore(boolean plain) {
        InMemoryNomad nomad = new InMemoryNomad();
        DecidingHalf service = new DecidingHalf(nomad, new PretendedTicker(), 1).look();
        if (plain) {
            service.store.put(DecidingHalf.environment(1, 2, "image"));
            java.util.Objects.requireNonNull(nomad.jobs.get("template-1")).setParameterizedJob(null);
            service = new DecidingHalf(nomad, new PretendedTicker(), 2).look();
        }
        service.store.put(DecidingHalf.environment(1, 2, "image").withTerms(TERMS));

        DecidingHalf next = new DecidingHalf(nomad, new PretendedTicker(), 3).look();
        assertEquals(TERMS, next.environments.get(1).orElseThrow().terms());
    }

    @Test
    void otherTermsReplaceNoRunner() {
        DecidingHalf service = new DecidingHalf(new InMemoryNomad(), new PretendedTicker(), 1).look();
        service.store.put(DecidingHalf.environment(1, 2, "image"));
        service.settleDown();
        var before = List.copyOf(service.nomad.jobs.keySet());
        service.store.put(DecidingHalf.environment(1, 2, "image").withTerms(TERMS));
        service.settleDown();
        assertEquals(before, List.copyOf(service.nomad.jobs.keySet()));
        assertEquals(Duration.ofSeconds(20), service.claims.patience(1, Optional.empty()));
        assertEquals(Duration.ofSeconds(3), service.claims.patience(1, Optional.of(Duration.ofSeconds(3))));
    }

    @Test
    void anEnvironmentMatchesWhenItHasAllLabelsThatAreAskedFor() {
        assertTrue(TERMS.match(Map.of("team/course", "a")));
        assertTrue(TERMS.match(Map.of()));
        assertFalse(TERMS.match(Map.of("team/course", "a", "language", "ruby")));
        assertFalse(TERMS.match(Map.of("other", "a")));
    }

    @Test
    void whatIsDamagedIsLeftOut() {
        assertEquals(TERMS, Terms.read(TERMS.items()));
        assertEquals(Terms.NONE, Terms.read(Map.of("claimWait", "soon", "labels", "=x,a,,b=\u0001")));
        assertEquals(Map.of("a", ""), Terms.read(Map.of("labels", "a=")).labels());
    }
}
