package nereus.devagent.model;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/** The things that are due later, in the order of their time and then of their entry. */
final class Agenda {

    private record Entry(long due, long order, Runnable what) {}

    private final PriorityQueue<Entry> entries = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.due - b.due, 0);
        return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    });
    private long order;
    private long now;

    Agenda(long now) {
        this.now = now;
    }

    /** The time of what is being done: that of the last {@link #advance}, or of the entry that runs. */
    long now() {
        return now;
    }

    void after(Duration delay, Runnable what) {
        at(now + delay.toNanos(), what);
    }

    void at(long due, Runnable what) {
        entries.add(new Entry(due, order++, what));
    }

    OptionalLong nextDue() {
        Entry first = entries.peek();
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.due);
    }

    /** Does all that is due by {@code until}, also what becomes due by doing so. */
    void advance(long until) {
        for (Entry first = entries.peek(); first != null && first.due - until <= 0; first = entries.peek()) {
            entries.poll();
            if (first.due - now > 0) {
                now = first.due;
            }
            first.what.run();
        }
        if (until - now > 0) {
            now = until;
        }
    }
}
