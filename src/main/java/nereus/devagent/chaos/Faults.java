package nereus.devagent.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * The faults that stand. Time and chance are parameters. Safe for all threads; a fault whose time is over strikes no more, and is
 * found by {@link #over}.
 */
public final class Faults {

    /** A fault that stands: how often it struck, and how long it still stands ({@code null} for ever). */
    public record Standing(String id, Order order, int struck, @Nullable Duration left) {}

    private static final class Entry {
        private final Order order;
        private final long since;
        private int struck;

        Entry(Order order, long since) {
            this.order = order;
            this.since = since;
        }
    }

    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<String, Entry> standing = new LinkedHashMap<>();
    private long ids;

    public Faults(Ticker ticker, RandomGenerator random) {
        this.ticker = ticker;
        this.random = random;
    }

    /** Lets a fault stand from now on. */
    public synchronized String begin(Order order) {
        String id = Long.toString(++ids);
        standing.put(id, new Entry(order, ticker.nanos()));
        return id;
    }

    /** Whether a fault of the kind stands that never misses. */
    public boolean stands(Kind kind) {
        return stands(kind, order -> true);
    }

    public synchronized boolean stands(Kind kind, Predicate<Order> that) {
        return standing.values().stream()
                .anyMatch(entry -> entry.order.kind() == kind && active(entry) && that.test(entry.order));
    }

    /** The fault of the kind that strikes now, if any: by chance, and as often as its count says. */
    public synchronized Optional<Order> strike(Kind kind, Predicate<Order> that) {
        for (Entry entry : standing.values()) {
            if (entry.order.kind() == kind && active(entry) && that.test(entry.order)
                    && random.nextDouble() < entry.order.probability()) {
                entry.struck++;
                return Optional.of(entry.order);
            }
        }
        return Optional.empty();
    }

    /** Ends a fault. */
    public synchronized Optional<Order> clear(String id) {
        return Optional.ofNullable(standing.remove(id)).map(entry -> entry.order);
    }

    /** Takes out those whose time or count is over. */
    public synchronized List<Order> over() {
        List<Order> over = new ArrayList<>();
        standing.values().removeIf(entry -> !active(entry) && over.add(entry.order));
        return over;
    }

    public synchronized List<Standing> all() {
        List<Standing> all = new ArrayList<>();
        standing.forEach((id, entry) -> {
            if (active(entry)) {
                all.add(new Standing(id, entry.order, entry.struck, left(entry)));
            }
        });
        return all;
    }

    private boolean active(Entry entry) {
        Duration left = left(entry);
        Integer count = entry.order.count();
        return (left == null || left.isPositive()) && (count == null || entry.struck < count);
    }

    private @Nullable Duration left(Entry entry) {
        Duration lasts = entry.order.lasts();
        return lasts == null ? null : lasts.minusNanos(ticker.nanos() - entry.since);
    }
}
