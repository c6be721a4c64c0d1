package nereus.runner;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a runner of which environment, in the order in which they came; and the hand-over. {@link #serve} runs at the end of
 * each section under the fleet's lock, so between two of them nobody waits beside a runner that is fit for him. All of it under
 * that lock.
 */
final class Lines {
    private final Table table;
    private final Map<Integer, TreeMap<Long, Waiter>> lines = new HashMap<>();
    /** The mark with which each line was looked at last. */
    private final Map<Integer, String> looked = new HashMap<>();
    private long tickets;

    Lines(Table table) {
        this.table = table;
    }

    long nextTicket() {
        return tickets++;
    }

    void add(Waiter waiter) {
        for (int environment : waiter.environments) {
            lines.computeIfAbsent(environment, key -> new TreeMap<>()).put(waiter.ticket, waiter);
        }
        table.rung();
    }

    void remove(Waiter waiter) {
        for (int environment : waiter.environments) {
            TreeMap<Long, Waiter> line = lines.get(environment);
            if (line != null && line.remove(waiter.ticket) != null && line.isEmpty()) {
                lines.remove(environment);
                looked.remove(environment);
            }
        }
        table.rung();
    }

    /** Everybody who waits, each once. */
    Collection<Waiter> all() {
        Map<Long, Waiter> all = new TreeMap<>();
        lines.values().forEach(all::putAll);
        return all.values();
    }

    Set<Integer> environments() {
        return Set.copyOf(lines.keySet());
    }

    int length(int environment) {
        TreeMap<Long, Waiter> line = lines.get(environment);
        return line == null ? 0 : line.size();
    }

    /** Since when the first of that line waits; the line must not be empty. */
    long oldest(int environment) {
        return Objects.requireNonNull(lines.get(environment)).firstEntry().getValue().since;
    }

    /** Its place in that line, 1 for the first; 0 when it does not stand there. */
    int position(Waiter waiter, int environment) {
        TreeMap<Long, Waiter> line = lines.get(environment);
        return line == null || !line.containsKey(waiter.ticket) ? 0 : line.headMap(waiter.ticket, true).size();
    }

    /** Hands out every runner that somebody waits for: to the first of its line, and of several lines to whoever came first. */
    void serve() {
        if (lines.isEmpty()) {
            return;
        }
        for (Match next = next(); next != null; next = next()) {
            handOver(next);
        }
    }

    /** Environments in which the first waits beside a runner that would be fit: {@link #serve} has failed, unless the definition has changed since. */
    Set<Integer> overlooked() {
        Set<Integer> overlooked = new HashSet<>();
        lines.forEach((environment, line) -> {
            Waiter first = line.firstEntry().getValue();
            Optional<String> mark = first.marks.apply(environment);
            if (mark.isPresent() && mark.get().equals(looked.getOrDefault(environment, mark.get()))
                    && fit(environment, mark.get(), "") != null) {
                overlooked.add(environment);
            }
        });
        return overlooked;
    }

    /** A runner that is fit for the first of its environment's line. */
    private record Match(Waiter waiter, int environment, String mark, Runner runner) {}

    /**
     * Who comes next, and what he gets: of several lines that can be served the waiter who came first, and of his environments the one
     * that he prefers. Fitness is asked once for each: the definitions and the time may be others the next moment.
     */
    @Nullable
    private Match next() {
        Match next = null;
        for (Map.Entry<Integer, TreeMap<Long, Waiter>> line : lines.entrySet()) {
            Waiter first = line.getValue().firstEntry().getValue();
            Match match = next == null || first.ticket <= next.waiter.ticket ? match(first, line.getKey()) : null;
            if (match != null && (next == null || first != next.waiter || preferred(match, next))) {
                next = match;
            }
        }
        return next;
    }

    private static boolean preferred(Match match, Match other) {
        List<Integer> accepted = match.waiter.environments;
        return accepted.indexOf(match.environment) < accepted.indexOf(other.environment);
    }

    @Nullable
    private Match match(Waiter first, int environment) {
        if (table.idle(environment).isEmpty()) {
            // Whatever becomes idle from now on is looked at with the mark that counts then.
            looked.remove(environment);
            return null;
        }
        Optional<String> mark = first.marks.apply(environment);
        looked.put(environment, mark.orElse(""));
        Runner runner = mark.isPresent() ? fit(environment, mark.get(), first.avoided) : null;
        return runner == null ? null : new Match(first, environment, mark.orElseThrow(), runner);
    }

    private void handOver(Match match) {
        Waiter waiter = match.waiter;
        table.become(match.runner, RunnerState.RESERVED);
        match.runner.writing = true;
        waiter.stage = Waiter.Stage.HANDED;
        waiter.handed = new Waiter.Handed(match.runner.claimed(), match.mark);
        remove(waiter);
        table.tell(waiter.caller());
    }

    /** The oldest fit idle runner, but {@code avoided} only if there is no other. */
    @Nullable
    private Runner fit(int environment, String mark, String avoided) {
        Runner last = null;
        for (Runner runner : table.idle(environment)) {
            if (table.fit(runner, mark)) {
                if (!runner.id.equals(avoided)) {
                    return runner;
                }
                last = runner;
            }
        }
        return last;
    }
}
