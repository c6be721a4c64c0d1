package nereus.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus agent}: the embedded Nomad-compatible agent as a process of its own. */
@Command(name = "agent", description = {"Runs the embedded agent, which speaks Nomad's API and runs local processes.",
        "For development only: it has no access control, and what runs in it is hardly confined."}, mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
    static final int USUAL_PORT = 4646;

    private final Parts parts;

    @Spec
    private CommandSpec spec;

    @Option(names = "--address", defaultValue = "127.0.0.1", paramLabel = "IP", description = "A loopback address to listen on (default: ${DEFAULT-VALUE}).")
    private String address = "127.0.0.1";

    @Option(names = "--port", defaultValue = "4646", description = "(default: ${DEFAULT-VALUE})")
    private int port = USUAL_PORT;

    @Option(names = "--state", paramLabel = "DIR", description = "Keeps jobs and variables there over a restart; without it they live in memory.")
    private @Nullable Path state;

    AgentCommand(Parts parts) {
        this.parts = parts;
    }

    @Override
    public Integer call() throws IOException {
        Lifetime lifetime = new Lifetime();
        Running agent = lifetime.stops(parts.agent(address, port, Optional.ofNullable(state), true));
        spec.commandLine().getOut().println("The embedded agent listens on http://" + address + ":" + agent.port());
        lifetime.await();
        return 0;
    }
}
