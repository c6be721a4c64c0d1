package nereus.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import nereus.environment.Environment;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.Terms;
import org.jspecify.annotations.Nullable;

/** Execution environments: list, get, create or replace, delete. */
final class EnvironmentStories {
    private final Environments environments;
    private final EnvironmentStore store;
    private final FleetGate gate;
    private final EnvironmentLimits limits;
    private final RequestWatch watch;

    EnvironmentStories(Collaborators rooms, FleetGate gate, EnvironmentLimits limits, RequestWatch watch) {
        this.watch = watch;
        this.environments = rooms.environments();
        this.store = rooms.store();
        this.gate = gate;
        this.limits = limits;
    }

    Answer list(Incoming request) {
        boolean fetch = request.query().flag("fetch");
        gate.pass();
        if (fetch) {
            fetch(request, store::fetchAll);
        }
        List<Shown> all = environments.all().stream().map(Shown::of).toList();
        return Answer.json(200, Map.of("executionEnvironments", all));
    }

    Answer get(Incoming request) {
        int id = id(request);
        boolean fetch = request.query().flag("fetch");
        gate.pass();
        if (fetch) {
            fetch(request, () -> store.fetch(id));
        }
        Optional<Environment> environment = environments.get(id);
        return environment.map(e -> Answer.json(200, Shown.of(e))).orElseGet(() -> Answer.empty(404));
    }

    /** The path's id counts; one in the body is ignored. */
    Answer put(Incoming request) {
        int id = id(request);
        JsonInput body = JsonInput.of(request.body());
        Environment asked = new Environment(id, body.smallCount("prewarmingPoolSize"),
                body.smallCount("cpuLimit"),
                body.smallCount("memoryLimit"), body.text("image"), body.flag("networkAccess"),
                body.ports("exposedPorts"), terms(body, Terms.NONE));
        gate.pass();
        Environment environment = asked
                .withTerms(terms(body, environments.get(id).map(Environment::terms).orElse(Terms.NONE)));
        limits.check(environment);
        Optional<Environment> before = environments.get(id);
        String detail = told(environment) + before.map(old -> "; it was " + told(old)).orElse("");
        boolean created = outcome(request, "put", id, detail, () -> store.put(environment));
        audit(request, created ? "created" : "replaced", id, detail);
        return Answer.empty(created ? 201 : 204);
    }

    /** What the body does not mention stays as it is: clients of Poseidon put definitions without knowing of terms. */
    private static Terms terms(JsonInput body, Terms known) {
        Optional<Duration> patience = body.has("claimWait")
                ? body.given("claimWait").map(Duration::ofSeconds)
                : known.patience();
        return new Terms(patience, body.has("labels") ? body.texts("labels") : known.labels());
    }

    Answer delete(Incoming request) {
        int id = id(request);
        gate.pass();
        Optional<Environment> before = environments.get(id);
        String detail = before.map(old -> "it was " + told(old)).orElse("");
        boolean deleted = outcome(request, "deletion", id, detail, () -> store.delete(id));
        if (deleted) {
            audit(request, "deleted", id, detail);
        }
        return Answer.empty(deleted ? 204 : 404);
    }

    /** What Nomad has not answered, or not with yes, may have changed something nevertheless. */
    private boolean outcome(Incoming request, String what, int id, String detail, BooleanSupplier change) {
        try {
            return change.getAsBoolean();
        } catch (RuntimeException | Error failed) {
            audit(request, "tried a " + what + ", whose outcome is not known, of", id,
                    detail + "; it ended with " + failed.getClass().getSimpleName());
            throw failed;
        }
    }

    /** Takes over what Nomad has, and tells what is otherwise now, also when that was in vain in the end. */
    private void fetch(Incoming request, Runnable fetching) {
        Map<Integer, Environment> before = known();
        try {
            fetching.run();
        } finally {
            Map<Integer, Environment> now = known();
            Map<Integer, Environment> all = new TreeMap<>(before);
            all.putAll(now);
            all.keySet().stream().filter(id -> !Objects.equals(before.get(id), now.get(id)))
                    .forEach(id -> audit(request, "fetched", id,
                            Optional.ofNullable(now.get(id)).map(EnvironmentStories::told).orElse("it is gone")
                                    + Optional.ofNullable(before.get(id)).map(old -> "; it was " + told(old))
                                            .orElse("")));
        }
    }

    private Map<Integer, Environment> known() {
        Map<Integer, Environment> all = new TreeMap<>();
        environments.all().forEach(environment -> all.put(environment.id(), environment));
        return all;
    }

    private void audit(Incoming request, String what, int id, String detail) {
        Visit visit = request.visit();
        watch.changed(new RequestWatch.Change(visit.token(), visit.client(), visit.trace(),
                what + " environment " + id, detail));
    }

    /** On one line. The image and the labels are the client's text. */
    private static String told(Environment e) {
        return ("image " + e.image() + ", pool size " + e.prewarmingPoolSize() + ", "
                + e.cpuLimit() + " MHz, " + e.memoryLimit() + " MB, network " + (e.networkAccess() ? "on" : "off")
                + ", ports " + e.exposedPorts()
                + e.terms().patience().map(patience -> ", claims wait " + patience.toSeconds() + " s").orElse("")
                + (e.terms().labels().isEmpty() ? "" : ", labels " + e.terms().labels()))
                .replaceAll("[\\p{Cc}\\u2028\\u2029]", " ");
    }

    private static int id(Incoming request) {
        String digits = request.part("id");
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            // The route admits digits only, so it is too long.
            throw Refusal.badRequest("could not update environment: " + digits + " is out of range");
        }
    }

    /** The order of the fields is the wire's; the terms are our own addition, and left out when they are not set. */
    private record Shown(int prewarmingPoolSize, int cpuLimit, int memoryLimit, String image, boolean networkAccess,
            @Nullable List<Integer> exposedPorts, int id,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long claimWait,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, String> labels) {
        private static Shown of(Environment e) {
            boolean ports = e.networkAccess() && !e.exposedPorts().isEmpty();
            return new Shown(e.prewarmingPoolSize(), e.cpuLimit(), e.memoryLimit(), e.image(), e.networkAccess(),
                    ports ? e.exposedPorts() : null, e.id(), e.terms().patience().map(Duration::toSeconds).orElse(null),
                    e.terms().labels().isEmpty() ? null : e.terms().labels());
        }
    }
}
