package nereus.devagent.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import nereus.devagent.chaos.Faults;
import nereus.devagent.chaos.Order;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.model.Allocation;
import nereus.devagent.model.Refused;
import nereus.devagent.model.Tasks.Run;

/** What a fault does when it begins and when it ends, apart from what {@link Interference} does in between. Blocks. */
final class Effects {

    private static final int KILLED = 137;

    private final ModelAccess model;
    private final Lists lists;
    private final EventStreams streams;
    private final Machine machine;
    private final Faults faults;
    private final Random random;

    Effects(ModelAccess model, Lists lists, EventStreams streams, Machine machine, Faults faults, Random random) {
        this.model = model;
        this.lists = lists;
        this.streams = streams;
        this.machine = machine;
        this.faults = faults;
        this.random = random;
    }

    /**
     * Begins a fault.
     *
     * @return how many things it struck at once
     * @throws Refused when it cannot be had
     */
    int begin(Order order) {
        return switch (order.kind()) {
            case NODE_LOST -> {
                String id = node(order);
                yield noted(() -> model.note(m -> {
                    m.loseNode(id);
                    return id;
                }));
            }
            case NODE_DRAIN -> {
                String id = node(order);
                yield noted(() -> model.write(m -> m.drain(id, order.deadline(), false)));
            }
            case DISK_FULL -> {
                if (!machine.keepsState()) {
                    throw new Refused(400, "the agent keeps no state on a disk: start it with --state");
                }
                yield noted(() -> machine.diskFull(true));
            }
            case STALE_LISTS -> noted(lists::freeze);
            case LEADER_AWAY, STREAM_BROKEN -> eachStream(StreamSession::cut);
            case STREAM_GARBAGE -> eachStream(
                    session -> session.say(order.text().isEmpty() ? "{\"Events\":[{\"Topic\":" : order.text()));
            case BUFFER_EMPTIED -> noted(() -> model.note(m -> {
                m.feed().empty();
                return "";
            }));
            case ALLOCATION_EXIT -> eachRun(order, new TaskExit(order.code(), 0, false));
            case ALLOCATION_OOM -> eachRun(order, new TaskExit(KILLED, 0, true));
            case ALLOCATION_RESTART -> {
                List<String> chosen = chosen(order);
                chosen.forEach(id -> model.note(m -> {
                    m.restartAllocation(id, "");
                    return id;
                }));
                yield chosen.size();
            }
            case ALLOCATION_STOP -> {
                List<String> chosen = chosen(order);
                chosen.forEach(id -> model.write(m -> m.stopAllocation(id)));
                yield chosen.size();
            }
            case STREAM_SILENT, STREAM_DROP, REFUSE, LOSE_ANSWER, DELAY, GARBAGE, RIGHTS -> 0;
        };
    }

    private static int noted(Runnable effect) {
        effect.run();
        return 1;
    }

    /** What is to be done when a fault that stood is over. It never waits for the disk. */
    void end(Order order) {
        switch (order.kind()) {
            case NODE_LOST -> model.note(m -> {
                m.nodeBack(node(order));
                return "";
            });
            case NODE_DRAIN -> model.note(m -> m.endDrain(node(order), true));
            case DISK_FULL -> {
                if (!faults.stands(order.kind())) {
                    machine.diskFull(false);
                }
            }
            case STALE_LISTS -> {
                if (!faults.stands(order.kind())) {
                    lists.thaw();
                }
            }
            case STREAM_SILENT, RIGHTS -> eachStream(StreamSession::wake);
            default -> {
            }
        }
    }

    private int eachStream(java.util.function.Consumer<StreamSession> what) {
        int[] struck = new int[1];
        streams.each(session -> {
            what.accept(session);
            struck[0]++;
        });
        return struck[0];
    }

    private String node(Order order) {
        return order.node().isEmpty()
                ? model.read(m -> m.nodes().all().getFirst().id())
                : model.read(m -> m.node(order.node()).id());
    }

    private int eachRun(Order order, TaskExit exit) {
        List<Run> runs = new ArrayList<>();
        chosen(order).forEach(id -> runs.addAll(model.read(m -> m.runs(id))));
        runs.forEach(run -> machine.end(run, exit));
        return runs.size();
    }

    /** Allocations that run, by chance where more would fit than are wanted. */
    private List<String> chosen(Order order) {
        List<String> all = new ArrayList<>(model.read(m -> m.allocations().all().stream()
                .filter(allocation -> allocation.clientStatus().equals("running")
                        && allocation.desiredStatus().equals("run") && allocation.jobId().startsWith(order.job())
                        && (order.allocation().isEmpty() || allocation.id().equals(order.allocation())))
                .map(Allocation::id).toList()));
        if (all.isEmpty()) {
            throw new Refused(404, "no such allocation runs");
        }
        Collections.shuffle(all, random);
        return all.subList(0, Math.min(all.size(), order.count() == null ? 1 : order.count()));
    }
}
