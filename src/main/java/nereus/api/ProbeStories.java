package nereus.api;

import java.util.List;
import java.util.Map;
import nereus.runner.Readiness;

/** What a service manager or load balancer asks. */
final class ProbeStories {
    private final Readiness readiness;

    ProbeStories(Readiness readiness) {
        this.readiness = readiness;
    }

    Answer live(Incoming request) {
        return Answer.json(200, Map.of("live", true));
    }

    Answer ready(Incoming request) {
        List<String> problems = readiness.problems();
        return Answer.json(problems.isEmpty() ? 200 : 503, new Ready(problems.isEmpty(), problems));
    }

    private record Ready(boolean ready, List<String> problems) {}
}
