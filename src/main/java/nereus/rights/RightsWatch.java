package nereus.rights;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import nereus.nomad.AllocationFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.runner.Fleet;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries, once after the start, the rights that following Nomad does not need: so a policy that lacks one is told at once and by name,
 * and not when the first learner meets it. While one is missing the service is not ready; it looks again until the policy has it.
 */
public final class RightsWatch {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(RightsWatch.class);

    private final Nomad nomad;
    private final Fleet fleet;
    private final Readiness readiness;
    private final Supplier<NomadRights> rights;
    private boolean rest;
    private boolean exec;
    private String told = "";

    /** @param rights new ones for each try */
    public RightsWatch(Nomad nomad, Fleet fleet, Readiness readiness, Supplier<NomadRights> rights) {
        this.nomad = nomad;
        this.fleet = fleet;
        this.readiness = readiness;
        this.rights = rights;
    }

    /** Returns when everything is allowed. Blocks. */
    public void watch() throws InterruptedException {
        while (!readiness.awaitFleet(Duration.ofHours(1))) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        while (!look()) {
            Thread.sleep(PAUSE);
        }
        log.debug("Nomad allows everything that is needed");
    }

    /** Whether everything was tried by now, and is allowed. */
    boolean look() {
        List<RightFinding> findings = new ArrayList<>();
        if (!rest) {
            findings.addAll(rights.get().rest());
            rest = findings.stream().allMatch(RightFinding::good);
        }
        if (!exec) {
            List<RightFinding> tried = allocation().map(id -> rights.get().exec(id)).orElse(List.of());
            exec = !tried.isEmpty() && tried.stream().allMatch(RightFinding::good);
            findings.addAll(tried);
        }
        tell(findings.stream().filter(RightFinding::forbidden).map(RightFinding::text)
                .collect(Collectors.joining("; ")));
        return rest && exec;
    }

    private void tell(String missing) {
        if (missing.isEmpty()) {
            readiness.solved(Readiness.Part.RIGHTS);
        } else {
            readiness.problem(Readiness.Part.RIGHTS, missing);
        }
        if (!missing.equals(told)) {
            told = missing;
            if (missing.isEmpty()) {
                log.info("Nomad allows now what it did not");
            } else {
                log.error("Nomad does not allow what is needed: {}", missing);
            }
        }
    }

    /** Any allocation there is, once we have runners: the list is long where they are many, and asked for seldom. */
    private Optional<String> allocation() {
        if (fleet.counts().values().stream().mapToInt(PoolCount::alive).sum() == 0) {
            return Optional.empty();
        }
        try {
            return nomad.allocations().rows().stream().map(AllocationFact::id).findFirst();
        } catch (NomadException away) {
            log.debug("no allocation to try exec in: {}", away.getMessage());
            return Optional.empty();
        }
    }
}
