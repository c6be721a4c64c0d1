package nereus.command;

import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code nereus dev}: everything on one machine, nothing to configure. */
@Command(name = "dev", description = {
        "Runs the service, the embedded agent and execution environment 1, on loopback only.",
        "Reads no config.yaml; environment variables such as NEREUS_SERVER_PORT count."}, mixinStandardHelpOptions = true)
final class DevCommand implements Callable<Integer> {
    private static final String LOOPBACK = "127.0.0.1";

    private final Parts parts;
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(names = "--port", description = "The service's port (default: NEREUS_SERVER_PORT, else 7200).")
    private @Nullable Integer port;

    @Option(names = "--agent-port", defaultValue = "0", description = "The embedded agent's port (default: any free one).")
    private int agentPort;

    @Option(names = "--pool", defaultValue = "5", paramLabel = "N", description = "Runners kept warm in environment 1 (default: ${DEFAULT-VALUE}).")
    private int pool;

    DevCommand(Parts parts, Map<String, String> environment) {
        this.parts = parts;
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration = Configuration.withoutFile(environment);
        Lifetime lifetime = new Lifetime();
        Running agent = lifetime.stops(parts.agent(LOOPBACK, agentPort, Optional.empty(), false));
        Configuration ours = overridden(configuration, agent.port());
        Running service = lifetime.stops(parts.service(ours));
        putSample(service.port(), ServerSettings.read(ours.section("server")));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Nereus listens on http://" + LOOPBACK + ":" + service.port() + "/api/v1");
        out.println("Its agent on http://" + LOOPBACK + ":" + agent.port());
        String where = service.port() == ServerSettings.USUAL_PORT
                ? ""
                : "--url=http://" + LOOPBACK + ":" + service.port() + " ";
        out.println("Try: ./nereus run " + where + "1 -- bash -c 'read -p \"Who? \" x; echo hello $x'");
        lifetime.await();
        return 0;
    }

    private Configuration overridden(Configuration configuration, int agent) {
        if (port != null) {
            configuration.with("server", "port", port.toString(), "--port");
        }
        // Who presses ^C does not want to wait for what runs, and nobody's certificate is made out to this machine's loopback.
        return configuration.with("server", "address", LOOPBACK, "dev").with("server", "drain", "0", "dev")
                .with("server", "certificateFile", "", "dev").with("server", "keyFile", "", "dev")
                .with("nomad", "addresses", "http://" + LOOPBACK + ":" + agent, "dev");
    }

    private void putSample(int servicePort, ServerSettings server) throws IOException {
        ApiClient client = new ApiClient("http://" + LOOPBACK + ":" + servicePort, server.anyToken());
        client.putEnvironment(1, """
                {"prewarmingPoolSize":%d,"cpuLimit":20,"memoryLimit":256,"image":"nereus/sample","networkAccess":false,\
                "exposedPorts":[]}""".formatted(pool));
    }
}
