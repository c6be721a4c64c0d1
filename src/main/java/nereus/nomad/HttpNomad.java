package nereus.nomad;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.hashicorp.nomad.apimodel.Job;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Nomad's HTTP API (2.0.5; what is relied on stands in docs/nomad.md). Its methods block and want virtual threads. */
public final class HttpNomad implements Nomad, JobParser, AutoCloseable {
    /** Sent to Nomad as it stands; dead allocations of purged jobs stay listed for a while and would fill the list. */
    static final String LIVE = "ClientStatus != \"complete\" and ClientStatus != \"failed\" and ClientStatus != \"lost\"";

    private final NomadSettings settings;
    private final Json json = new Json();
    private final Caller caller;
    private final EventStreams streams;
    private final Warnings warnings = new Warnings();

    public HttpNomad(Vertx vertx, NomadSettings settings) {
        this(vertx, settings, new Credentials(settings));
    }

    public HttpNomad(Vertx vertx, NomadSettings settings, Credentials credentials) {
        this(vertx, settings, credentials, CallWatch.NONE);
    }

    /** @param watch hears of each call */
    public HttpNomad(Vertx vertx, NomadSettings settings, Credentials credentials, CallWatch watch) {
        this(vertx, settings, credentials, Patience.USUAL, watch);
    }

    HttpNomad(Vertx vertx, NomadSettings settings, Patience patience) {
        this(vertx, settings, new Credentials(settings), patience, CallWatch.NONE);
    }

    private HttpNomad(Vertx vertx, NomadSettings settings, Credentials credentials, Patience patience,
            CallWatch watch) {
        this.settings = settings;
        Addresses addresses = new Addresses(settings);
        this.caller = new Caller(vertx, settings, credentials, addresses, patience, watch);
        this.streams = new EventStreams(vertx, settings, credentials, addresses, json);
    }

    private String capability(String name) {
        return PolicyLine.capability(settings.namespace(), name);
    }

    private String onVariables(String path, String capability) {
        return PolicyLine.variables(settings.namespace(), path, capability);
    }

    private record Registration(long jobModifyIndex, @Nullable String warnings) {}

    private record Self(@JsonProperty("config") @Nullable Config config) {}

    private record Config(@Nullable Version version) {}

    private record Version(@Nullable String version, @Nullable String versionPrerelease) {}

    @Override
    public long register(Job job, boolean mustBeNew) {
        return register(job, mustBeNew ? OptionalLong.of(0) : OptionalLong.empty());
    }

    @Override
    public long registerAgain(Job job, long jobModifyIndex) {
        return register(job, OptionalLong.of(jobModifyIndex));
    }

    private long register(Job job, OptionalLong mustBe) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("Job", job);
        if (mustBe.isPresent()) {
            body.put("EnforceIndex", true);
            body.put("JobModifyIndex", mustBe.getAsLong());
        }
        Call call = Call.put("register job " + job.getId(), capability("submit-job"), "/v1/jobs", json.write(body));
        Registration registration = read(call, caller.call(call), Registration.class);
        warnings.tell(job.getId(), Rows.text(registration.warnings()));
        return registration.jobModifyIndex();
    }

    @Override
    public Job parse(String hcl) {
        Call call = Call.question("parse a job file", capability("submit-job"), "/v1/jobs/parse",
                json.write(Map.of("JobHCL", hcl, "Canonicalize", false)));
        return read(call, caller.call(call), Job.class);
    }

    @Override
    public void purge(String jobId) {
        caller.call(Call.delete("purge job " + jobId, capability("submit-job"), "/v1/job/" + Call.encoded(jobId)).with(
                "purge",
                "true"));
    }

    @Override
    public Optional<Job> job(String id) {
        Call call = current(Call.get("read job " + id, capability("read-job"), "/v1/job/" + Call.encoded(id)));
        return present(call, "job not found").map(answer -> read(call, answer, Job.class));
    }

    @Override
    public Listing<JobFact> jobs(String prefix) {
        Call call = Call.get("list jobs", capability("list-jobs"), "/v1/jobs").with("prefix", prefix).with("meta",
                "true");
        return list(call, JobRow.class, JobRow::fact);
    }

    @Override
    public Listing<AllocationFact> allocations() {
        Call call = Call.get("list allocations", capability("read-job"), "/v1/allocations").with("filter", LIVE)
                .with("resources", "true").with("task_states", "true");
        return list(call, AllocationRow.class, AllocationRow::fact);
    }

    @Override
    public Listing<NodeFact> nodes() {
        return list(Call.get("list nodes", PolicyLine.nodes(), "/v1/nodes"), NodeRow.class, NodeRow::fact);
    }

    @Override
    public Variable createVariable(String path, Map<String, String> items) {
        return put("create variable " + path, path, items, 0);
    }

    @Override
    public Variable updateVariable(String path, Map<String, String> items, long modifyIndex) {
        return put("update variable " + path, path, items, modifyIndex);
    }

    /**
     * Guard against a leader that is none any more and does not know it yet: this mode makes it ask its peers first, so an answer is
     * never older than what was written before the question.
     */
    private static Call current(Call call) {
        return call.with("consistent", "true");
    }

    private Variable put(String name, String path, Map<String, String> items, long index) {
        byte[] body = json.write(Map.of("Path", path, "Items", items));
        Call call = Call.put(name, onVariables(path, "write"), variablePath(path), body).with("cas",
                Long.toString(index));
        return read(call, caller.call(call), VariableRow.class).variable();
    }

    @Override
    public void deleteVariable(String path) {
        caller.call(Call.delete("delete variable " + path, onVariables(path, "destroy"), variablePath(path)));
    }

    @Override
    public Optional<Variable> variable(String path) {
        Call call = current(
                Call.get("read variable " + path, onVariables(path, "read"), variablePath(path)));
        return present(call, "variable not found").map(answer -> read(call, answer, VariableRow.class).variable());
    }

    @Override
    public Listing<Variable> variables(String prefix) {
        Call call = Call.get("list variables", onVariables(prefix, "list"), "/v1/vars").with("prefix", prefix);
        return list(call, VariableRow.class, VariableRow::variable);
    }

    @Override
    public EventStream events() {
        return streams.open();
    }

    @Override
    public String version() {
        Call call = Call.get("read the agent's version", PolicyLine.agent(), "/v1/agent/self");
        Self self = read(call, caller.call(call), Self.class);
        Version version = self.config() == null ? null : self.config().version();
        if (version == null || Rows.text(version.version()).isEmpty()) {
            throw new NomadException.Refused(200, call.name() + ": Nomad's answer names no version", false);
        }
        String suffix = Rows.text(version.versionPrerelease());
        return version.version() + (suffix.isEmpty() ? "" : "-" + suffix);
    }

    @Override
    public void close() {
        streams.close();
        caller.close();
    }

    /** Only Nomad's own words for "not there" are believed; another 404 comes from something that is not Nomad. */
    private Optional<Answer> present(Call call, String absent) {
        Answer answer = caller.ask(call, caller.deadline());
        if (answer.ok()) {
            return Optional.of(answer);
        }
        if (answer.body().toString().contains(absent)) {
            return Optional.empty();
        }
        throw Refusals.of(call, answer);
    }

    private <R, T> Listing<T> list(Call call, Class<R> row, Function<R, T> fact) {
        Deadline deadline = caller.deadline();
        Call paged = current(call).with("per_page", Integer.toString(settings.pageSize()));
        List<T> rows = new ArrayList<>();
        long index = Long.MAX_VALUE;
        String token = "";
        do {
            Answer answer = caller.ask(paged.with("next_token", token), deadline);
            if (!answer.ok()) {
                throw Refusals.of(call, answer);
            }
            index = Math.min(index, index(call, answer));
            rows.addAll(facts(call, answer, row, fact));
            token = Rows.text(answer.nextToken());
        } while (!token.isEmpty());
        return new Listing<>(index, rows);
    }

    private static long index(Call call, Answer answer) {
        try {
            return Long.parseLong(Rows.text(answer.index()));
        } catch (NumberFormatException e) {
            throw unreadable(call, answer, "the header X-Nomad-Index is " + answer.index());
        }
    }

    private <T> T read(Call call, Answer answer, Class<T> type) {
        try {
            return json.read(answer.body().getBytes(), type);
        } catch (IOException e) {
            throw unreadable(call, answer, Refusals.because(e));
        }
    }

    private <R, T> List<T> facts(Call call, Answer answer, Class<R> row, Function<R, T> fact) {
        try {
            return json.readList(answer.body().getBytes(), row).stream().map(fact).toList();
        } catch (IOException | RuntimeException e) {
            // Guard against nulls where Nomad never writes any: a row that is none fails its list.
            throw unreadable(call, answer, Refusals.because(e));
        }
    }

    private static NomadException unreadable(Call call, Answer answer, String why) {
        return new NomadException.Refused(answer.status(), call.name() + " at " + answer.from()
                + ": Nomad's answer cannot be read: " + why, call.write());
    }

    private static String variablePath(String path) {
        return "/v1/var/" + Call.encoded(path).replace("%2F", "/");
    }
}
