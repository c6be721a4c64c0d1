package nereus.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import nereus.Frontend;
import nereus.ServerProcess;

/**
 * The agent, with its state on disk, and the service, each as a process of its own that can be killed and started again. Only the
 * judge calls what changes it.
 */
final class Stage implements AutoCloseable {
    static final int ENVIRONMENT = 1;
    private static final String LEDGER = "nereus/nereus/";

    private final Path work;
    private final int agentPort;
    private ServerProcess agent;
    private final Frontend nomad;
    private ServerProcess service;
    private volatile Frontend frontend;
    private boolean steady;
    private long disturbances;

    Stage(Path work, RandomGenerator random) throws Exception {
        this.work = work;
        this.agentPort = freePort(random);
        this.agent = startAgent();
        this.nomad = new Frontend(agentPort);
        try {
            this.service = startService();
        } catch (Exception failed) {
            nomad.close();
            agent.kill();
            throw failed;
        }
        this.frontend = new Frontend(service.port());
    }

    /** Guard against a port that is given to an outgoing connection while the agent is down: these lie below such. */
    private static int freePort(RandomGenerator random) throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[]{127, 0, 0, 1});
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = random.nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(loopback, port));
                return port;
            } catch (BindException taken) {
                System.out.println("port " + port + " is taken: " + taken.getMessage());
            }
        }
        throw new IOException("no free port between 20000 and 32000");
    }

    private ServerProcess startAgent() throws Exception {
        return ServerProcess.start(work, Map.of(), "agent", "--port", Integer.toString(agentPort), "--state",
                work.resolve("state").toString());
    }

    private ServerProcess startService() throws Exception {
        return ServerProcess.start(Files.createDirectories(work.resolve("service")),
                Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_NOMAD_ADDRESSES", "http://127.0.0.1:" + agentPort,
                        "NEREUS_POOL_MAX_RUNNERS", "200"),
                "serve");
    }

    /** The service as it runs now; requests to one that was killed meanwhile fail. */
    Frontend frontend() {
        return frontend;
    }

    /** How often something was killed; -1 while it recovers. */
    synchronized long disturbances() {
        return steady ? disturbances : -1;
    }

    /** All is well: from now on nothing may fail, until the next kill. */
    synchronized void steady() {
        steady = true;
    }

    private synchronized void disturb() {
        disturbances++;
        steady = false;
    }

    /** kill -9, and a new process at once. */
    void killService() throws Exception {
        disturb();
        service.kill();
        restartService();
    }

    private void restartService() throws Exception {
        Frontend before = frontend;
        service = startService();
        frontend = new Frontend(service.port());
        before.close();
    }

    /** kill -9 of the agent, with all runners, while the service goes on. */
    void killAgent() throws Exception {
        disturb();
        agent.kill();
        agent = startAgent();
    }

    /**
     * kill -9 of both.
     *
     * @param between looks at the agent before the service is there again
     */
    void killBoth(Runnable between) throws Exception {
        disturb();
        service.kill();
        agent.kill();
        agent = startAgent();
        between.run();
        restartService();
    }

    /** The jobs of runners in Nomad. */
    Set<String> runnerJobs() {
        return each("/v1/jobs?prefix=" + ENVIRONMENT + "-", "ID");
    }

    /** The runners with an entry of this kind, {@code claims} or {@code released}, in the ledger. */
    Set<String> ledger(String kind) {
        String prefix = LEDGER + kind + "/";
        return each("/v1/vars?prefix=" + prefix, "Path").stream().map(path -> path.substring(prefix.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> each(String list, String field) {
        Frontend.Reply reply = nomad.call("GET", list, null);
        if (reply.status() != 200) {
            throw new AssertionError(list + " answered " + reply);
        }
        JsonNode rows = reply.json();
        return StreamSupport.stream(rows.spliterator(), false).map(row -> row.path(field).asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        frontend.close();
        nomad.close();
        try {
            service.close();
        } finally {
            agent.close();
        }
    }
}
