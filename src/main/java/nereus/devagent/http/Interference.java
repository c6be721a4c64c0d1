package nereus.devagent.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import nereus.devagent.chaos.Faults;
import nereus.devagent.chaos.Kind;
import nereus.devagent.chaos.Order;
import nereus.devagent.chaos.Right;
import nereus.devagent.model.Event;
import org.jspecify.annotations.Nullable;

/** Brings the faults that stand into what is asked and answered. */
final class Interference {

    private static final String NOT_JSON = "<html><body><h1>502 Bad Gateway</h1></body></html>";

    private final Faults faults;

    Interference(Faults faults) {
        this.faults = faults;
    }

    /**
     * Answers a request as the faults have it. Blocks.
     *
     * @param story carries the request out
     * @return null when the connection is to be cut instead
     */
    @Nullable
    Answer answer(Question question, String path, Supplier<Answer> story) {
        boolean writes = !question.method().equals(HttpMethod.GET);
        Predicate<Order> fits = order -> order.strikes(writes, path);
        faults.strike(Kind.DELAY, fits).ifPresent(order -> pause(order.delay().toNanos()));
        Answer refusal = refusal(writes, path);
        if (refusal == null) {
            refusal = denied(question, writes, path);
        }
        Answer answer = refusal == null ? story.get() : refusal;
        if (path.equals("/v1/vars") && lacks(Right.VARIABLES)) {
            answer = new Answer(answer.status(), answer.headers(), Buffer.buffer("[]"));
        }
        if (faults.strike(Kind.LOSE_ANSWER, fits).isPresent()) {
            return null;
        }
        Optional<Order> garbage = faults.strike(Kind.GARBAGE, fits);
        return garbage.isEmpty() ? answer : garbled(answer, garbage.get().half());
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static Answer garbled(Answer answer, boolean half) {
        Buffer body = half ? answer.body().getBuffer(0, answer.body().length() / 2) : Buffer.buffer(NOT_JSON);
        return new Answer(answer.status() == 204 ? 200 : answer.status(), answer.headers(), body);
    }

    /** What opening a stream or an exec is answered instead of it being opened; null for nothing. */
    @Nullable
    Answer refusal(String path) {
        return refusal(false, path);
    }

    private @Nullable Answer refusal(boolean writes, String path) {
        // A session goes through the server that holds the node's connection, and an agent knows itself.
        boolean needsLeader = !path.startsWith("/v1/client/") && !path.equals("/v1/agent/self");
        if (needsLeader && faults.stands(Kind.LEADER_AWAY)) {
            return Answer.error(500, "No cluster leader");
        }
        return faults.strike(Kind.REFUSE, order -> order.strikes(writes, path))
                .map(order -> Answer.error(order.status(), text(order))).orElse(null);
    }

    private static String text(Order order) {
        if (!order.text().isEmpty()) {
            return order.text();
        }
        return switch (order.status()) {
            case 403 -> "Permission denied";
            case 429 -> "Your IP is issuing too many concurrent connections, please rate limit your calls\n";
            default -> "rpc error: failed to get conn: dial tcp 127.0.0.1:4647: connect: connection refused";
        };
    }

    /** Whether the token lost the right. */
    boolean lacks(Right right) {
        return faults.stands(Kind.RIGHTS, order -> order.rights().contains(right));
    }

    private @Nullable Answer denied(Question question, boolean writes, String path) {
        if (path.startsWith("/v1/allocation/") && !writes && lacks(Right.READ_JOB)) {
            return Answer.error(500, "Unknown allocation \"" + question.part("id") + "\"");
        }
        Right needed = needed(writes, path);
        return needed != null && lacks(needed) ? Answer.error(403, "Permission denied") : null;
    }

    private static @Nullable Right needed(boolean writes, String path) {
        if (path.startsWith("/v1/var/")) {
            return Right.VARIABLES;
        }
        if (path.equals("/v1/jobs") || path.equals("/v1/jobs/statuses")) {
            return writes && path.equals("/v1/jobs") ? Right.SUBMIT_JOB : Right.LIST_JOBS;
        }
        if (path.startsWith("/v1/job/")) {
            return writes ? Right.SUBMIT_JOB : Right.READ_JOB;
        }
        if (path.equals("/v1/allocations") || path.startsWith("/v1/evaluation")) {
            return Right.READ_JOB;
        }
        return path.startsWith("/v1/node") ? Right.NODE_READ : null;
    }

    /** Whether a stream of these topics says nothing for now. */
    boolean silences(List<Event.Topic> topics) {
        return faults.stands(Kind.STREAM_SILENT) || lacks(Right.READ_JOB) || (lacks(Right.NODE_READ)
                && topics.stream().anyMatch(topic -> topic.topic().equals("Node") || topic.topic().equals("*")));
    }

    /** Whether an event is left out. */
    boolean drops() {
        return faults.strike(Kind.STREAM_DROP, order -> true).isPresent();
    }
}
