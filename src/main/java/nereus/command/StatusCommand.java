package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus status}: how does the running service do? */
@Command(name = "status", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Asks the running service how it does: pools, who waits, how old its picture of Nomad is, its last warnings.",
        ""}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:it is ready",
                "1:it is not, or could not be asked",
                "2:wrong usage"})
final class StatusCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServiceOptions service;

    @Option(names = "--json", description = "Prints what the service answers.")
    private boolean json;

    @Option(names = {"-w", "--watch"}, description = "Asks again and again, until ^C.")
    private boolean watch;

    @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "2", description = "How often, with --watch (default: ${DEFAULT-VALUE}).")
    private int every;

    StatusCommand(Map<String, String> environment) {
        this.environment = environment;
        this.service = new ServiceOptions(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        ApiClient client = service.client();
        Printer printer = new Printer(spec.commandLine().getOut(), environment, () -> Terminal.is(1));
        StatusReport report = new StatusReport(printer.paint());
        JsonNode status = client.status();
        while (watch) {
            JsonNode shown = status;
            if (json) {
                printer.json(shown);
            } else {
                printer.again(() -> report.status(client.base(), shown));
            }
            Thread.sleep(Math.max(1, every) * 1000L);
            status = client.status();
        }
        JsonNode last = status;
        if (json) {
            printer.json(last);
        } else {
            printer.lines(() -> report.status(client.base(), last));
        }
        return last.path("ready").asBoolean() ? 0 : CommandLines.FAILED;
    }
}
