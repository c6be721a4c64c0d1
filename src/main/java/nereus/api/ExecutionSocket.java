package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nereus.execution.Executions;
import nereus.runner.Claimed;
import nereus.runner.Fleet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket route: hands a client's socket to the execution that waits for it. An execution's id is used up only by an upgrade
 * that succeeded.
 */
final class ExecutionSocket implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutionSocket.class);
    private static final short INTERNAL_ERROR = 1011;
    private static final Answer UNKNOWN = Answer.refusal(404, "execution id unknown");

    private final Fleet fleet;
    private final Executions executions;
    private final FleetGate gate;
    private final Stories stories;
    private final Connections connections;
    private final Set<String> upgrading = ConcurrentHashMap.newKeySet();

    ExecutionSocket(Collaborators rooms, FleetGate gate, Stories stories, Connections connections) {
        this.fleet = rooms.fleet();
        this.executions = rooms.executions();
        this.gate = gate;
        this.stories = stories;
        this.connections = connections;
    }

    @Override
    public void serve(HttpServerRequest request, Map<String, String> path) {
        String runner = path.getOrDefault("id", "");
        String execution;
        try {
            execution = new Query(request.query()).first("executionID").orElse("");
        } catch (Refusal refusal) {
            stories.answer(request, refusal.answer());
            return;
        }
        Optional<Claimed> claimed = fleet.claimed(runner);
        Visit visit = stories.visit(request);
        claimed.ifPresent(visit::about);
        if (claimed.isEmpty() || !executions.pending(runner, execution)) {
            stories.begin(request, path, incoming -> absent(runner));
            return;
        }
        Optional<Answer> refusal = Handshake.refusal(request);
        if (refusal.isPresent()) {
            stories.answer(request, refusal.get());
            return;
        }
        // Guard against two clients with one id: the second is told what it would be told a moment later.
        if (!upgrading.add(execution)) {
            stories.answer(request, UNKNOWN);
            return;
        }
        fleet.touch(runner);
        visit.connected(execution);
        connections.upgrading(request).toWebSocket()
                .onComplete(v -> upgrading.remove(execution))
                .onSuccess(socket -> run(runner, execution, socket))
                .onFailure(e -> LOG.info("the WebSocket for {} did not come about: {}", runner, e.getMessage()));
    }

    private Answer absent(String runner) {
        gate.pass();
        if (fleet.claimed(runner).isEmpty()) {
            throw Refusal.gone();
        }
        return UNKNOWN;
    }

    private void run(String runner, String execution, ServerWebSocket socket) {
        Optional<Executions.Execution> taken = executions.take(runner, execution);
        if (taken.isEmpty()) {
            connections.dismiss(socket, INTERNAL_ERROR, "execution id unknown");
            return;
        }
        try {
            executions.run(taken.get(), socket);
        } catch (RuntimeException e) {
            LOG.error("execution {} could not be started", execution, e);
            connections.dismiss(socket, INTERNAL_ERROR, "");
        }
    }
}
