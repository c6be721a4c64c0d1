package nereus;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import nereus.clock.Ticker;
import nereus.command.CommandFailure;
import nereus.command.GivingBack;
import nereus.command.NomadCheck;
import nereus.command.Parts;
import nereus.command.Running;
import nereus.environment.Blueprint;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.epoch.Epoch;
import nereus.nomad.Credentials;
import nereus.nomad.HttpExec;
import nereus.nomad.HttpNomad;
import nereus.nomad.JobParser;
import nereus.nomad.NomadException;
import nereus.pool.Handback;
import nereus.pool.Ledger;
import nereus.rights.ExecTry;
import nereus.rights.NomadRights;
import nereus.settings.Configuration;
import nereus.settings.ConfigurationException;

/** Builds what the command line starts. */
final class Assembly implements Parts {
    private final String version;

    Assembly(String version) {
        this.version = version;
    }

    @Override
    public Running service(Configuration configuration) throws IOException {
        return new Nereus(Settings.read(configuration), Optional.of(version));
    }

    @Override
    public Running agent(String address, int port, Optional<Path> state, boolean chaos) throws IOException {
        return new EmbeddedAgent(address, port, state, chaos);
    }

    @Override
    public NomadCheck check(Configuration configuration) {
        Settings settings = Settings.read(configuration);
        return new NomadCheck() {
            @Override
            public String target() {
                return "Nomad at " + settings.nomad().addresses() + ", namespace " + settings.nomad().namespace()
                        + ", as instance " + settings.runners().instance();
            }

            @Override
            public List<Finding> run() {
                Vertx vertx = Vertx.vertx();
                Credentials credentials = new Credentials(settings.nomad());
                try (HttpNomad nomad = new HttpNomad(vertx, settings.nomad(), credentials);
                        HttpExec exec = new HttpExec(vertx, settings.nomad(), credentials)) {
                    List<Finding> findings = new NomadRights(nomad, new ExecTry(vertx, exec), settings.runners(),
                            settings.nomad().namespace(), Ticker.SYSTEM).all().stream()
                            .map(found -> new Finding(found.good(), found.subject(), found.text()))
                            .collect(Collectors.toCollection(ArrayList::new));
                    jobFile(settings, nomad).ifPresent(findings::add);
                    return findings;
                } finally {
                    vertx.close();
                }
            }
        };
    }

    @Override
    public GivingBack handback(Configuration configuration) {
        Settings settings = Settings.read(configuration);
        String instance = settings.runners().instance();
        return new GivingBack() {
            @Override
            public String target() {
                return "Nomad at " + settings.nomad().addresses() + ", namespace " + settings.nomad().namespace()
                        + ", as instance " + instance;
            }

            @Override
            public List<String> run() {
                Vertx vertx = Vertx.vertx();
                try (HttpNomad nomad = new HttpNomad(vertx, settings.nomad(), new Credentials(settings.nomad()))) {
                    Environments environments = new Environments();
                    Epoch epoch = new Epoch(nomad, instance, "handback " + UUID.randomUUID());
                    EnvironmentStore store = new EnvironmentStore(nomad, epoch, environments, settings.runners(),
                            () -> {}, id -> {}, ReentrantLock::new, Nereus.blueprint(settings, nomad));
                    Handback.Report done = new Handback(nomad, new Ledger(nomad, instance, epoch), store, environments,
                            instance).run();
                    return List.of(done.environments() + " environments are there for Poseidon",
                            done.claimed() + " claimed runners say so in their jobs",
                            done.idle() + " idle runners stay, for Poseidon to hand out",
                            done.purged() + " runners are purged: given back, lost, or of an old definition",
                            "start Poseidon now; when this service is started again, it takes over from Poseidon");
                } catch (NomadException | Ledger.NotBelieved failed) {
                    throw new CommandFailure("the runners are not given back, or not all of them; run it again: "
                            + failed.getMessage(), failed);
                } finally {
                    vertx.close();
                }
            }
        };
    }

    /** What an operator's job file is good for, if there is one. */
    private static Optional<NomadCheck.Finding> jobFile(Settings settings, JobParser parser) {
        String file = settings.runners().jobFile();
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            Blueprint usable = Nereus.blueprint(settings, parser).get();
            return Optional.of(new NomadCheck.Finding(true, "job file",
                    file + " makes runners, with the mark " + usable.mark()));
        } catch (NomadException | ConfigurationException unusable) {
            return Optional.of(new NomadCheck.Finding(false, "job file", String.valueOf(unusable.getMessage())));
        }
    }
}
