package nereus.runner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * The fair line in front of the idle runners, under the fleet's one lock: "a runner became idle" and "the claimer gave up" cannot pass
 * each other. A runner that is handed over is {@link RunnerState#RESERVED}; it goes back, to the next in the line, if its waiter
 * leaves before {@link #begin}, and never after it. No method blocks.
 */
public final class Line {
    private final Guarded guarded;
    private final Table table;
    private final Lines lines;
    /** Why nobody may wait any more; empty while everybody may. */
    private String stopped = "";
    private final Map<Integer, Long> overlookings = new HashMap<>();

    Line(Guarded guarded, Table table, Lines lines) {
        this.guarded = guarded;
        this.table = table;
        this.lines = lines;
    }

    /**
     * How the first of a line stands.
     *
     * @param position 1 for the first, 0 for who does not stand in the line
     * @param expectedNanos until it is its turn, as starts have gone of late; empty when none was seen yet
     */
    public record Standing(int position, OptionalLong expectedNanos) {}

    /**
     * How long a line is.
     *
     * @param oldest since when the first waits, in the ticker's nanoseconds
     */
    public record Length(int waiting, long oldest) {
        public static final Length NONE = new Length(0, 0);
    }

    /**
     * Joins the line, or is handed a runner at once.
     *
     * @param environments that are accepted, the preferred one first
     * @param marks what a runner must have been made from to be handed out now; asked under the lock, so it must not block
     */
    public Waiter enter(List<Integer> environments, IntFunction<Optional<String>> marks, long deadline) {
        return guarded.locked(() -> {
            Waiter waiter = new Waiter(lines.nextTicket(), List.copyOf(environments), marks, table.now(), deadline);
            if (!stopped.isEmpty()) {
                depart(waiter, stopping());
            } else {
                lines.add(waiter);
            }
            return waiter;
        });
    }

    /**
     * The write of its claim begins: from now on nobody else gets that runner. Empty when it has none: it waits still, or again because
     * the runner was lost or its definition superseded meanwhile, or has left.
     */
    public Optional<Waiter.Handed> begin(Waiter waiter) {
        return guarded.locked(() -> {
            Waiter.Handed handed = waiter.handed;
            if (waiter.stage != Waiter.Stage.HANDED || handed == null) {
                return Optional.empty();
            }
            Runner runner = table.in(handed.runner().id(), RunnerState.RESERVED);
            boolean wanted = waiter.marks.apply(handed.runner().environment())
                    .filter(mark -> mark.equals(handed.mark())).isPresent();
            if (runner == null || runner.doomed || !wanted || !table.fit(runner, handed.mark())) {
                table.putBack(handed.runner().id());
                stand(waiter);
                return Optional.empty();
            }
            waiter.stage = Waiter.Stage.WRITING;
            return Optional.of(handed);
        });
    }

    /**
     * Leaves the line; a runner that it was handed goes to the next. False when the write of its claim has begun, or it is over: then
     * whoever writes sees by {@link #granted} or {@link #again} that it has left.
     */
    public boolean leave(Waiter waiter, Waiter.Left why) {
        return guarded.locked(() -> switch (waiter.stage) {
            case WAITING -> {
                lines.remove(waiter);
                depart(waiter, why);
                yield true;
            }
            case HANDED -> {
                giveUp(waiter);
                depart(waiter, why);
                yield true;
            }
            case WRITING -> {
                if (waiter.left().isEmpty()) {
                    waiter.leave(why);
                }
                yield false;
            }
            case OVER -> false;
        });
    }

    /** Leaves unless it has been handed a runner meanwhile, or has left; false then. */
    public boolean leaveIfWaiting(Waiter waiter, Waiter.Left why) {
        return guarded.locked(() -> {
            boolean waits = waiter.stage == Waiter.Stage.WAITING;
            if (waits) {
                lines.remove(waiter);
                depart(waiter, why);
            }
            return waits;
        });
    }

    /** The claim is written; true unless the waiter has left meanwhile, so that the runner is nobody's. */
    public boolean granted(Waiter waiter) {
        return guarded.locked(() -> {
            waiter.stage = Waiter.Stage.OVER;
            return waiter.left().isEmpty();
        });
    }

    /** Its write came to nothing, and the runner with it: it stands in its old place again, unless it has left meanwhile. */
    public void again(Waiter waiter) {
        guarded.change(() -> {
            if (waiter.stage == Waiter.Stage.WRITING) {
                stand(waiter);
            }
        });
    }

    /**
     * Its claim was certainly not written: the runner is idle again and the waiter in its old place, both at once, for another runner
     * if there is one.
     */
    public void refused(Waiter waiter) {
        guarded.change(() -> {
            Waiter.Handed handed = waiter.handed;
            if (waiter.stage == Waiter.Stage.WRITING && handed != null) {
                waiter.avoided = handed.runner().id();
                table.putBack(handed.runner().id());
                stand(waiter);
            }
        });
    }

    /** Every waiter all of whose environments are without hope leaves, with the reason of the preferred one. */
    public void despair(IntFunction<Optional<String>> hopeless) {
        guarded.change(() -> {
            Map<Integer, Optional<String>> known = new HashMap<>();
            for (int environment : lines.environments()) {
                known.put(environment, hopeless.apply(environment));
            }
            for (Waiter waiter : List.copyOf(lines.all())) {
                List<String> reasons = waiter.environments.stream()
                        .flatMap(environment -> known.getOrDefault(environment, Optional.empty()).stream()).toList();
                if (reasons.size() == waiter.environments.size()) {
                    lines.remove(waiter);
                    depart(waiter, new Waiter.Left(Waiter.Leaving.HOPELESS, reasons.getFirst()));
                }
            }
        });
    }

    /** Everybody leaves, and so does who comes from now on, with that reason. */
    public void stop(String reason) {
        guarded.change(() -> {
            stopped = reason;
            for (Waiter waiter : List.copyOf(lines.all())) {
                lines.remove(waiter);
                depart(waiter, stopping());
            }
        });
    }

    /** Since when each waits for whom a runner should be started, in the order of the line; one who accepts several counts for the first that has hope. */
    public Map<Integer, List<Long>> demand(IntPredicate hopeful) {
        return guarded.locked(() -> {
            Map<Integer, List<Long>> demand = new HashMap<>();
            for (Waiter waiter : lines.all()) {
                waiter.environments.stream().filter(hopeful::test).findFirst()
                        .ifPresent(environment -> demand.computeIfAbsent(environment, key -> new ArrayList<>())
                                .add(waiter.since));
            }
            return demand;
        });
    }

    /** The best of its places, and how long that one will take. */
    public Standing standing(Waiter waiter) {
        return guarded.locked(() -> {
            Standing best = new Standing(0, OptionalLong.empty());
            for (int environment : waiter.environments) {
                int position = lines.position(waiter, environment);
                Standing here = new Standing(position, table.expected(environment, position));
                if (position > 0 && (best.position() == 0 || here.expectedNanos().orElse(Long.MAX_VALUE) < best
                        .expectedNanos().orElse(Long.MAX_VALUE))) {
                    best = here;
                }
            }
            return best;
        });
    }

    /** How long somebody would wait who came now, as starts have gone of late; empty when none was seen yet. */
    public OptionalLong expected(int environment) {
        return guarded.locked(() -> table.expected(environment, lines.length(environment) + 1));
    }

    /** The lines that are not empty, by environment. */
    public Map<Integer, Length> lengths() {
        return guarded.locked(() -> {
            Map<Integer, Length> lengths = new HashMap<>();
            for (int environment : lines.environments()) {
                lengths.put(environment, new Length(lines.length(environment), lines.oldest(environment)));
            }
            return lengths;
        });
    }

    /**
     * The backup of the wake-ups: looks at each line again, and hands over what was overlooked.
     *
     * @return the environments in which somebody has waited beside a runner that was fit for him, which never happens
     */
    public Set<Integer> lookAgain() {
        return guarded.locked(() -> {
            Set<Integer> overlooked = lines.overlooked();
            overlooked.forEach(environment -> overlookings.merge(environment, 1L, Long::sum));
            return overlooked;
        });
    }

    /** How often somebody was seen to wait beside a fit runner of that environment. */
    public long overlookings(int environment) {
        return guarded.locked(() -> overlookings.getOrDefault(environment, 0L));
    }

    private void stand(Waiter waiter) {
        if (waiter.left().isPresent()) {
            waiter.stage = Waiter.Stage.OVER;
            return;
        }
        waiter.waitAgain();
        if (!stopped.isEmpty()) {
            depart(waiter, stopping());
        } else {
            lines.add(waiter);
        }
    }

    private void giveUp(Waiter waiter) {
        Waiter.Handed handed = waiter.handed;
        if (handed != null) {
            table.putBack(handed.runner().id());
        }
    }

    private void depart(Waiter waiter, Waiter.Left why) {
        waiter.stage = Waiter.Stage.OVER;
        waiter.leave(why);
        table.tell(waiter.caller());
    }

    private Waiter.Left stopping() {
        return new Waiter.Left(Waiter.Leaving.STOPPING, stopped);
    }
}
