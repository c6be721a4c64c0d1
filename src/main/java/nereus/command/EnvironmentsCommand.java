package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus environments}: each environment and its pool. */
@Command(name = "environments", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Lists the execution environments of the running service with their pools.", ""})
final class EnvironmentsCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServiceOptions service;

    @Option(names = "--json", description = "Prints a list of objects.")
    private boolean json;

    EnvironmentsCommand(Map<String, String> environment) {
        this.environment = environment;
        this.service = new ServiceOptions(environment);
    }

    @Override
    public Integer call() {
        JsonNode status = service.client().status();
        Printer printer = new Printer(spec.commandLine().getOut(), environment, () -> Terminal.is(1));
        if (json) {
            printer.json(status.path("environments"));
        } else {
            printer.lines(() -> new StatusReport(printer.paint()).environments(status));
        }
        return 0;
    }
}
