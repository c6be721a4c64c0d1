package nereus.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import nereus.devagent.model.Event;
import nereus.devagent.model.EventFeed;
import nereus.nomad.EventStream;
import nereus.nomad.Fact;
import nereus.nomad.ModelFacts;
import nereus.nomad.NomadException;
import org.jspecify.annotations.Nullable;

/** One event stream: begins with the oldest transactions kept, and may lose, repeat, delay, fall silent or break. */
final class PretendedStream implements EventStream {
    private static final List<Event.Topic> TOPICS = List.of(new Event.Topic("Job", "*"),
            new Event.Topic("Allocation", "*"), new Event.Topic("Evaluation", "*"), new Event.Topic("Node", "*"));
    private static final long HEARTBEAT = Duration.ofSeconds(30).toNanos();

    private final Crew crew;
    private final Cluster cluster;
    private final Weather weather;
    private final SplittableRandom random;
    private final Chronicle chronicle;
    private final Outage outage;
    private final int streams;
    private final EventFeed.Subscription subscription;
    private final Deque<List<Event>> lines = new ArrayDeque<>();
    private long heartbeatAt;
    private boolean silent;
    private final IntSupplier staleLists;
    private final int staleAtBeginning;
    private final Runnable caughtUp;
    private boolean emptiedAtBeginning;
    /** Something was kept back, or comes out of order. */
    private boolean incomplete;

    PretendedStream(Crew crew, Cluster cluster, Weather weather, SplittableRandom random, Chronicle chronicle,
            Outage outage, IntSupplier staleLists, Runnable caughtUp) {
        this.crew = crew;
        this.cluster = cluster;
        this.weather = weather;
        this.random = random;
        this.chronicle = chronicle;
        this.outage = outage;
        this.streams = outage.streams();
        this.staleLists = staleLists;
        this.staleAtBeginning = staleLists.getAsInt();
        this.caughtUp = caughtUp;
        this.subscription = cluster.model.feed().subscribe(0, TOPICS, "default");
        this.heartbeatAt = cluster.nanos() + HEARTBEAT;
        // A new leader's buffer begins empty.
        if (weather.strikes(Fault.BUFFER_EMPTIED, 3)) {
            fetch();
            lines.clear();
            emptiedAtBeginning = true;
            chronicle.add(0, "the stream that is opened begins with nothing");
        }
    }

    @Override
    public @Nullable List<Fact> next(Duration patience) {
        if (!silent && !incomplete && !fetch() && !broken()
                && !(emptiedAtBeginning && staleLists.getAsInt() > staleAtBeginning)) {
            caughtUp.run();
        }
        long deadline = cluster.nanos() + patience.toNanos();
        crew.pause("waiting for events", () -> broken() || cluster.nanos() >= deadline
                || (!silent && (fetch() || cluster.nanos() >= heartbeatAt)));
        if (broken() || weather.strikes(Fault.STREAM_BROKEN, 0.3)) {
            throw new NomadException.Unreachable("the stream broke", false, new IOException());
        }
        if (!silent && weather.strikes(Fault.STREAM_SILENT, 0.1)) {
            silent = true;
            chronicle.add(0, "the stream falls silent");
        }
        if (silent) {
            return null;
        }
        if (weather.strikes(Fault.BUFFER_EMPTIED, 0.1)) {
            incomplete = true;
            chronicle.add(0, "the stream skips what it has not shown");
            fetch();
            lines.clear();
        }
        if (!fetch()) {
            if (cluster.nanos() >= heartbeatAt) {
                heartbeatAt = cluster.nanos() + HEARTBEAT;
                return List.of();
            }
            return null;
        }
        heartbeatAt = cluster.nanos() + HEARTBEAT;
        List<Event> line = lines.removeFirst();
        if (weather.strikes(Fault.EVENTS_DROPPED)) {
            incomplete = true;
            return List.of();
        }
        if (weather.strikes(Fault.EVENTS_LATE)) {
            incomplete = true;
            cluster.later(Duration.ofMillis(random.nextInt(20_000)), () -> lines.addLast(line));
            return List.of();
        }
        if (weather.strikes(Fault.EVENTS_REPEATED)) {
            lines.addLast(line);
        }
        return ModelFacts.line(line);
    }

    private boolean fetch() {
        for (List<Event> events = subscription.poll(); events != null; events = subscription.poll()) {
            lines.addLast(events);
        }
        return !lines.isEmpty();
    }

    private boolean broken() {
        return outage.streams() != streams || (lines.isEmpty() && subscription.cut());
    }

    @Override
    public void close() {
        lines.clear();
    }
}
