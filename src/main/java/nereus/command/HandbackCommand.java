package nereus.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import nereus.api.ServerSettings;
import nereus.settings.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus handback}: makes Nomad's jobs say what Poseidon wants to know, once the service is stopped. */
@Command(name = "handback", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Prepares the way back to Poseidon: writes each claim of the stopped service into its runner's job, where Poseidon looks"
                + " for it. Containers are left alone.",
        "", "Stop the service first, run this, then start Poseidon. It may be run again.", ""})
final class HandbackCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Parts parts;
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(names = "--url", description = "Where the service would be, were it still alive (default: as the configuration says).")
    private @Nullable String url;

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "As for serve.")
    private @Nullable Path config;

    HandbackCommand(Parts parts, Map<String, String> environment) {
        this.parts = parts;
        this.environment = environment;
    }

    @Override
    public Integer call() {
        Configuration configuration = Configuration.load(Optional.ofNullable(config), environment);
        String service = url == null ? url(configuration) : url.replaceAll("/+$", "");
        GivingBack back = parts.handback(configuration);
        refuseWhileAlive(service);
        PrintWriter out = spec.commandLine().getOut();
        out.println("giving back what is in " + back.target());
        back.run().forEach(out::println);
        return 0;
    }

    /** A courtesy: what lives elsewhere ends all the same, once it sees that the epoch was raised. */
    private static void refuseWhileAlive(String service) {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(URI.create(service + "/livez")).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.discarding());
            throw new CommandFailure("something answers at " + service + " (" + answer.statusCode()
                    + "): stop the service first, and start Poseidon only afterwards; nothing was changed");
        } catch (ConnectException | HttpTimeoutException nobody) {
            // As it must be.
            return;
        } catch (IOException talks) {
            throw new CommandFailure("something listens at " + service + " (" + talks.getMessage()
                    + "): stop the service first; nothing was changed", talks);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted; nothing was changed", stopping);
        }
    }

    private static String url(Configuration configuration) {
        return ServiceOptions.url(ServerSettings.read(configuration.section("server")));
    }
}
