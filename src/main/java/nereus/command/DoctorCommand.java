package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/** {@code nereus doctor}: where do the running service, its ledger and Nomad differ? */
@Command(name = "doctor", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Asks the running service where its fleet, its ledger of claims and Nomad differ.", "",
        "The service looks by itself with each snapshot, and repairs what two of them have shown; only what somebody"
                + " may still be working in waits for --repair.",
        ""}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:nothing differs, or all of it is repaired",
                "1:something differs", "2:wrong usage, or the service could not be asked"})
final class DoctorCommand implements Callable<Integer> {
    /** The exit code when nothing could be found out. */
    static final int NOT_ASKED = 2;

    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(names = "--repair", description = "Repairs what differs, ten things at once.")
    private boolean repair;

    @Option(names = "--url", description = "Where Nereus is (default: NEREUS_URL, else as the configuration says).")
    private @Nullable String url;

    @Option(names = "--token", description = "The API's token (default: NEREUS_TOKEN, else the configuration's).")
    private @Nullable String token;

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "As for serve.")
    private @Nullable Path config;

    DoctorCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        ServerSettings server = ServerSettings
                .read(Configuration.load(Optional.ofNullable(config), environment).section("server"));
        ApiClient client = new ApiClient(chosen(url, "NEREUS_URL", url(server)),
                chosen(token, "NEREUS_TOKEN", server.token()));
        JsonNode examination = client.examine(repair);
        new DoctorReport(spec.commandLine().getOut()).print(examination, repair);
        PrintWriter err = spec.commandLine().getErr();
        String error = examination.path("error").asText();
        if (!error.isEmpty()) {
            err.println("nereus: " + error);
        }
        return examination.path("differences").isEmpty() && error.isEmpty() ? 0 : CommandLines.FAILED;
    }

    private String chosen(@Nullable String option, String variable, String otherwise) {
        if (option != null) {
            return option;
        }
        String value = environment.getOrDefault(variable, "");
        return value.isEmpty() ? otherwise : value;
    }

    /** An address that means every one is reached by this machine's own. */
    static String url(ServerSettings server) {
        String address = switch (server.address()) {
            case "0.0.0.0", "::" -> "127.0.0.1";
            default -> server.address().contains(":") ? "[" + server.address() + "]" : server.address();
        };
        return "http://" + address + ":" + server.port();
    }
}
