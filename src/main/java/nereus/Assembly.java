package nereus;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nereus.command.NomadCheck;
import nereus.command.Parts;
import nereus.command.Running;
import nereus.nomad.HttpNomad;
import nereus.settings.Configuration;

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
                try (HttpNomad nomad = new HttpNomad(vertx, settings.nomad())) {
                    return new NomadRights(nomad, settings.runners(), Nereus.blueprint(settings, nomad)).run();
                } finally {
                    vertx.close();
                }
            }
        };
    }
}
