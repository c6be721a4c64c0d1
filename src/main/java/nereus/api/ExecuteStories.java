package nereus.api;

import java.util.Map;
import java.util.regex.Pattern;
import nereus.execution.Command;
import nereus.execution.Executions;
import nereus.runner.Claimed;
import nereus.runner.Fleet;

/** Keeping a command until its WebSocket comes. */
final class ExecuteStories {
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    private final Fleet fleet;
    private final Executions executions;
    private final FleetGate gate;
    private final String publicUrl;
    private final String scheme;

    ExecuteStories(Collaborators rooms, FleetGate gate, ServerSettings settings) {
        this.fleet = rooms.fleet();
        this.executions = rooms.executions();
        this.gate = gate;
        this.publicUrl = settings.publicUrl();
        this.scheme = settings.access().tls() ? "wss://" : "ws://";
    }

    /** Starts nothing and leaves the inactivity timeout alone; the connect does both. An unknown runner is told before bad JSON. */
    Answer execute(Incoming request) {
        gate.pass();
        Claimed runner = fleet.claimed(request.part("id")).orElseThrow(Refusal::gone);
        Command command = command(JsonInput.of(request.body()));
        String base = publicUrl.isEmpty() ? scheme + host(request) : publicUrl;
        String id = executions.prepare(runner, command);
        request.visit().prepared(id, command.text(), executions.waiting(runner.id()));
        return Answer.json(200, Map.of("websocketUrl",
                base + Routes.BASE + "/runners/" + runner.id() + "/websocket?executionID=" + id));
    }

    private static Command command(JsonInput body) {
        String text = body.text("command");
        if (text.indexOf('\0') >= 0) {
            throw Refusal.badRequest("command must not hold the character NUL");
        }
        Map<String, String> variables = body.texts("environment");
        variables.forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches()) {
                throw Refusal.badRequest("environment: '" + name + "' is not a name for a variable");
            }
            if (value.indexOf('\0') >= 0) {
                throw Refusal.badRequest("environment." + name + " must not hold the character NUL");
            }
        });
        return new Command(text, variables, RunnerStories.seconds(body, "timeLimit"), body.flag("privilegedExecution"));
    }

    private static String host(Incoming request) {
        String host = request.host();
        if (host == null || host.isEmpty()) {
            throw Refusal.badRequest("the header Host is missing, which the WebSocket's URL is made of");
        }
        return host;
    }
}
