package nereus;

import com.hashicorp.nomad.apimodel.ParameterizedJobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import nereus.command.NomadCheck.Finding;
import nereus.environment.Blueprint;
import nereus.environment.Edition;
import nereus.environment.Environment;
import nereus.environment.JobSettings;
import nereus.environment.RunnerJob;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.settings.ConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries everything Nereus needs of Nomad, leaves nothing behind, and names the right that is missing (docs/nomad.md, rights). */
final class NomadRights {
    private static final Logger log = LoggerFactory.getLogger(NomadRights.class);

    private final Nomad nomad;
    private final String prefix;
    private final String probe = "nereus-check-" + UUID.randomUUID();
    private final JobSettings settings;
    private final Supplier<Blueprint> blueprint;
    private final List<Finding> findings = new ArrayList<>();

    NomadRights(Nomad nomad, JobSettings settings, Supplier<Blueprint> blueprint) {
        this.nomad = nomad;
        this.settings = settings;
        this.blueprint = blueprint;
        this.prefix = "nereus/" + settings.instance() + "/";
    }

    List<Finding> run() {
        if (attempt("Nomad", "it answers", "is the address right, and does an agent listen there?", this::answers)) {
            attempt("jobs", "they can be listed", "namespace capability \"list-jobs\"", () -> nomad.jobs(probe));
            attempt("allocations", "they can be listed", "namespace capability \"read-job\"", nomad::allocations);
            attempt("nodes", "they can be listed", "node { policy = \"read\" }", nomad::nodes);
            attempt("event stream", "it can be followed",
                    "namespace capability \"read-job\" and node { policy = \"read\" }",
                    () -> nomad.events().close());
            boolean usable = settings.jobFile().isEmpty() || attempt("job file",
                    settings.jobFile() + " makes runners", "what docs/runner-jobs.md asks for", this::madeFrom);
            if (usable) {
                attempt("job registration", "runners' jobs can be registered and purged",
                        "namespace capability \"submit-job\"", this::registerAndPurge);
            }
            attempt("variables", "they can be created, listed, read and deleted", "variables { path \"" + prefix
                    + "*\" { capabilities = [\"write\", \"read\", \"list\", \"destroy\"] } }", this::useVariable);
        }
        return findings;
    }

    private void answers() {
        try {
            nomad.version();
        } catch (NomadException.Forbidden noAgentRead) {
            log.debug("the version needs agent read, which nothing else does: {}", noAgentRead.getMessage());
        }
    }

    private void madeFrom() {
        log.debug("the blueprint has the mark {}", blueprint.get().mark());
    }

    private void registerAndPurge() {
        // A parameterized job is never placed, so nothing runs even for a moment.
        Edition edition = new Edition(new Environment(0, 0, 20, 256, "none", false, List.of()), 0);
        nomad.register(RunnerJob.of(edition, probe, settings, blueprint.get(), false)
                .setParameterizedJob(new ParameterizedJobConfig().setPayload("forbidden")), true);
        nomad.purge(probe);
    }

    private void useVariable() {
        String path = prefix + probe;
        nomad.createVariable(path, Map.of("by", "nereus check"));
        try {
            if (nomad.variables(path).rows().isEmpty()) {
                throw new IllegalStateException("a variable that was just written is not listed");
            }
            if (nomad.variable(path).isEmpty()) {
                throw new IllegalStateException("a variable that was just written cannot be read");
            }
        } finally {
            nomad.deleteVariable(path);
        }
    }

    private boolean attempt(String subject, String good, String needed, Runnable what) {
        try {
            what.run();
            findings.add(new Finding(true, subject, good));
            return true;
        } catch (NomadException | IllegalStateException | ConfigurationException failed) {
            findings.add(new Finding(false, subject, failed.getMessage() + "; needed: " + needed));
            return false;
        }
    }
}
