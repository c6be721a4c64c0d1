package nereus.devagent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.PretendedDriver;
import org.jspecify.annotations.Nullable;

/**
 * What the suite speaks to: the real Nomad of the system property {@code nomad.address} or the environment variable
 * {@code NOMAD_ADDR}, or an embedded agent with pretended
 * tasks and Nomad's delays. A real one needs Docker and the image {@code exec-env:1}.
 */
final class Target implements AutoCloseable {

    private final @Nullable Vertx vertx;
    private final @Nullable Agent agent;
    private final RawHttp http;

    private Target(@Nullable Vertx vertx, @Nullable Agent agent, URI address) {
        this.vertx = vertx;
        this.agent = agent;
        this.http = new RawHttp(address);
    }

    static Target open() {
        String real = System.getProperty("nomad.address", System.getenv("NOMAD_ADDR"));
        if (real != null && !real.isBlank()) {
            return new Target(null, null, URI.create(real));
        }
        Vertx vertx = Vertx.vertx();
        Agent agent = Agent.start(AgentSettings.local(0), vertx, new PretendedDriver(Duration.ofMillis(300)));
        return new Target(vertx, agent, agent.address());
    }

    boolean real() {
        return agent == null;
    }

    RawHttp http() {
        return http;
    }

    /** Sends a recorded request and checks status, headers and body of the answer. */
    RawHttp.Reply replay(Recording recording) {
        RawHttp.Reply reply = http.send(recording);
        String what = recording.method() + " " + recording.target();
        assertEquals(recording.status(), reply.status(), what + ": " + reply.body());
        for (String header : List.of("content-type", "x-nomad-index", "x-nomad-knownleader", "x-nomad-lastcontact")) {
            assertEquals(recording.headers().containsKey(header), reply.headers().containsKey(header),
                    what + " " + header);
        }
        assertEquals(recording.headers().get("content-type"), reply.headers().get("content-type"), what);
        if (recording.body().startsWith("{") || recording.body().startsWith("[")) {
            assertEquals(List.of(),
                    Likeness.differences(Recording.json(recording.body()), Recording.json(reply.body())),
                    what);
        } else {
            assertEquals(anyPort(recording.body()), anyPort(reply.body()), what);
        }
        return reply;
    }

    /** Where an agent listens is its own affair. */
    private static String anyPort(String body) {
        return body.replaceAll("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:port");
    }

    RawHttp.Reply replay(String recording) {
        return replay(Recording.load(recording));
    }

    JsonNode get(String target) {
        return Recording.json(http.send("GET", target, "").body());
    }

    /** Registers the job of a recording and purges it first, should it be there. */
    void registerAfresh(String recording) {
        Recording register = Recording.load(recording);
        purge(Recording.json(register.requestBody()).at("/Job/ID").asText());
        assertEquals(200, http.send(register).status());
    }

    void purge(String job) {
        assertEquals(200, http.send("DELETE", "/v1/job/" + job + "?purge=true", "").status());
    }

    /**
     * Purges a job so that nothing of it is left: a real Nomad remembers a purged job's allocations and evaluations until it collects
     * them, and tells of them when the id is registered anew.
     */
    void forget(String job) {
        purge(job);
        for (int i = 0; real() && i < 100 && remembered(job); i++) {
            assertEquals(200, http.send("PUT", "/v1/system/gc", "").status());
            LockSupport.parkNanos(200_000_000);
        }
    }

    private boolean remembered(String job) {
        return get("/v1/job/" + job + "/evaluations").size() > 0 || get("/v1/job/" + job + "/allocations").size() > 0;
    }

    @Override
    public void close() {
        if (agent != null) {
            agent.close();
        }
        if (vertx != null) {
            vertx.close().await();
        }
    }
}
