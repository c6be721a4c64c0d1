package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nereus runners}: each runner and what it is. */
@Command(name = "runners", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Lists the runners of the running service: whose they are, for how long, and where.", ""})
final class RunnersCommand implements Callable<Integer> {
    private static final int ALL = -1;
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServiceOptions service;

    @Option(names = "--json", description = "Prints a list of objects.")
    private boolean json;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ENVIRONMENT", defaultValue = "-1", showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER, description = "Only those of this environment.")
    private int wanted;

    RunnersCommand(Map<String, String> environment) {
        this.environment = environment;
        this.service = new ServiceOptions(environment);
    }

    @Override
    public Integer call() {
        JsonNode answer = service.client().runners();
        Printer printer = new Printer(spec.commandLine().getOut(), environment, () -> Terminal.is(1));
        if (json) {
            ArrayNode rows = JsonNodeFactory.instance.arrayNode();
            answer.path("runners").forEach(row -> {
                if (wanted == ALL || row.path("environment").asInt() == wanted) {
                    rows.add(row);
                }
            });
            printer.json(rows);
        } else {
            printer.lines(() -> new StatusReport(printer.paint()).runners(answer, wanted));
        }
        return 0;
    }
}
