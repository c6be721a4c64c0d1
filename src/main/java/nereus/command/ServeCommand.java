package nereus.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import nereus.settings.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nereus serve}: the service. */
@Command(name = "serve", description = {"Runs the service until SIGTERM or SIGINT.",
        "Every setting can be overridden by an environment variable: server.port by NEREUS_SERVER_PORT."}, mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
                "0:stopped by a signal", "1:it could not start, or not stop as it should", "2:wrong usage",
                "3:another process has taken over this runners.instance; do not start this one again"})
final class ServeCommand implements Callable<Integer> {
    private final Parts parts;
    private final Map<String, String> environment;

    @Option(names = {"-c",
            "--config"}, paramLabel = "FILE", description = "The configuration; config.yaml in the working directory when it is there, else defaults.")
    private @Nullable Path config;

    ServeCommand(Parts parts, Map<String, String> environment) {
        this.parts = parts;
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Lifetime lifetime = new Lifetime();
        lifetime.stops(parts.service(Configuration.load(Optional.ofNullable(config), environment)));
        return lifetime.await();
    }
}
