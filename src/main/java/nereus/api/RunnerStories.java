package nereus.api;

import java.time.Duration;
import java.util.List;
import nereus.nomad.AllocationFact;
import nereus.pool.ClaimException;
import nereus.pool.Claims;
import nereus.runner.Claimed;
import nereus.runner.Lease;

/** Claiming a runner and giving it back. */
final class RunnerStories {
    /** CodeOcean returns runners from its event loop, which nothing should hold up for longer. */
    private static final Duration RETURN = Duration.ofSeconds(4);

    private final Claims claims;
    private final FleetGate gate;
    private final FleetGate returnGate;
    private final LateReturns late;

    RunnerStories(Claims claims, FleetGate gate, LateReturns late) {
        this.claims = claims;
        this.gate = gate;
        this.returnGate = gate.within(RETURN);
        this.late = late;
    }

    /** A runner whose claimer has left is given back at once: nobody else would. */
    Answer claim(Incoming request) {
        JsonInput body = JsonInput.of(request.body());
        long environment = body.count("executionEnvironmentId");
        Duration inactivity = seconds(body, "inactivityTimeout");
        gate.pass();
        if (environment > Integer.MAX_VALUE) {
            throw new ClaimException.UnknownEnvironment("there is no execution environment " + environment);
        }
        Claimed runner = claims.claim((int) environment, inactivity, request.client());
        try {
            return Answer
                    .json(200,
                            new Given(runner.id(),
                                    runner.ports().stream().filter(Mapped::exposed).map(Mapped::of).toList()))
                    .orElse(() -> Thread.ofVirtual().start(() -> claims.giveBack(runner.id())));
        } catch (RuntimeException unspeakable) {
            // Guard against a claim that nobody hears of: no answer, no claim.
            claims.giveBack(runner.id());
            throw unspeakable;
        }
    }

    Answer release(Incoming request) {
        String id = request.part("id");
        if (!returnGate.opens()) {
            return late.add(id) ? Answer.empty(204) : gate.closed();
        }
        if (!claims.giveBack(id)) {
            throw Refusal.gone();
        }
        return Answer.empty(204);
    }

    static Duration seconds(JsonInput body, String name) {
        return Duration.ofSeconds(Math.min(body.count(name), Lease.LONGEST.toSeconds()));
    }

    private record Given(String runnerId, List<Mapped> mappedPorts) {}

    private record Mapped(int exposedPort, String hostAddress) {
        /** Not one that an operator's job file names for itself. */
        private static boolean exposed(AllocationFact.Port port) {
            return port.label().matches("[0-9]+");
        }

        private static Mapped of(AllocationFact.Port port) {
            String host = port.hostIp().contains(":") ? "[" + port.hostIp() + "]" : port.hostIp();
            return new Mapped(Integer.parseInt(port.label()), host + ":" + port.value());
        }
    }
}
