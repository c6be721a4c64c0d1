package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import nereus.devagent.model.TaskGroup.Constraint;
import nereus.devagent.model.TaskGroup.PortAsked;
import org.jspecify.annotations.Nullable;

/** Finds nodes for the allocations of one plan, and says why there is none. */
final class Placement {

    static final int FIRST_PORT = 20_000;
    static final int LAST_PORT = 32_000;

    private final World world;
    private final Map<String, Room> rooms = new LinkedHashMap<>();

    /** What is taken on a node, this plan's allocations included. */
    private static final class Room {
        private final Node node;
        private int cpu;
        private int memoryMb;
        private final Set<Integer> ports = new HashSet<>();

        Room(Node node) {
            this.node = node;
        }

        void take(TaskGroup group, List<Allocation.Port> given) {
            cpu += group.cpu();
            memoryMb += group.memoryMb();
            given.forEach(port -> ports.add(port.value()));
        }
    }

    /** A node and ports on it, or the metrics of a failure. */
    record Result(@Nullable Node node, List<Allocation.Port> ports, ObjectNode metrics) {}

    Placement(World world, List<Plan.Stop> stopped) {
        this.world = world;
        Set<String> gone = new HashSet<>();
        stopped.forEach(stop -> gone.add(stop.allocation().id));
        for (Node node : world.store.nodes.values()) {
            if (node.takesPlacements()) {
                rooms.put(node.id, new Room(node));
            }
        }
        for (Allocation allocation : world.store.allocations.values()) {
            Room room = rooms.get(allocation.nodeId);
            if (room != null && !allocation.terminal() && !gone.contains(allocation.id)) {
                room.take(allocation.group, allocation.ports);
            }
        }
    }

    Result place(Job job, TaskGroup group) {
        Map<String, Integer> filtered = new LinkedHashMap<>();
        Map<String, Integer> exhausted = new LinkedHashMap<>();
        List<Room> fitting = new ArrayList<>();
        int available = 0;
        for (Room room : rooms.values()) {
            if (!job.datacenters.contains("*") && !job.datacenters.contains("dc1")) {
                continue;
            }
            available++;
            String failed = unmet(room.node, group);
            if (failed != null) {
                filtered.merge(failed, 1, Integer::sum);
                continue;
            }
            String dimension = room.cpu + group.cpu() > room.node.cpu
                    ? "cpu"
                    : room.memoryMb + group.memoryMb() > room.node.memoryMb ? "memory" : null;
            if (dimension == null) {
                dimension = portsTaken(room, group);
            }
            if (dimension != null) {
                exhausted.merge(dimension, 1, Integer::sum);
            } else {
                fitting.add(room);
            }
        }
        ObjectNode metrics = metrics(group, available, filtered, exhausted);
        if (fitting.isEmpty()) {
            return new Result(null, List.of(), metrics);
        }
        Room best = fullest(fitting);
        List<Allocation.Port> ports = ports(best, group);
        best.take(group, ports);
        metrics.putArray("ScoreMetaData").addObject().put("NodeID", best.node.id).put("NormScore", 0.5)
                .putObject("Scores").put("binpack", 0.5).put("job-anti-affinity", 0.0).put("node-affinity", 0.0)
                .put("node-reschedule-penalty", 0.0);
        return new Result(best.node, ports, metrics);
    }

    /** Nomad fills nodes up; among equals chance decides. */
    private Room fullest(List<Room> fitting) {
        int most = fitting.stream().mapToInt(room -> room.memoryMb).max().orElse(0);
        List<Room> equals = fitting.stream().filter(room -> room.memoryMb == most).toList();
        return equals.get(equals.size() == 1 ? 0 : world.random.nextInt(equals.size()));
    }

    private static @Nullable String portsTaken(Room room, TaskGroup group) {
        for (PortAsked port : group.ports()) {
            if (port.value() != 0 && room.ports.contains(port.value())) {
                return "network: reserved port collision " + port.label() + "=" + port.value();
            }
        }
        return LAST_PORT - FIRST_PORT - room.ports.size() < group.ports().size()
                ? "network: dynamic port selection failed"
                : null;
    }

    private List<Allocation.Port> ports(Room room, TaskGroup group) {
        List<Allocation.Port> given = new ArrayList<>();
        Set<Integer> taken = new HashSet<>(room.ports);
        for (PortAsked asked : group.ports()) {
            int value = asked.value();
            while (value == 0 || (asked.value() == 0 && taken.contains(value))) {
                value = FIRST_PORT + world.random.nextInt(LAST_PORT - FIRST_PORT);
            }
            taken.add(value);
            given.add(new Allocation.Port(asked.label(), value, asked.to()));
        }
        return List.copyOf(given);
    }

    private static @Nullable String unmet(Node node, TaskGroup group) {
        if (group.tasks().stream().anyMatch(task -> !node.drivers.contains(task.driver()))) {
            return "missing drivers";
        }
        List<Constraint> all = new ArrayList<>(group.constraints());
        group.tasks().forEach(task -> all.addAll(task.constraints()));
        return all.stream().filter(constraint -> !met(node, constraint)).map(Constraint::toString).findFirst()
                .orElse(null);
    }

    private static boolean met(Node node, Constraint constraint) {
        String left = switch (constraint.left()) {
            case "${node.datacenter}" -> "dc1";
            case "${node.unique.name}", "${attr.unique.hostname}" -> node.name;
            case "${node.unique.id}" -> node.id;
            case "${node.pool}" -> "default";
            case "${node.region}" -> "global";
            case "${attr.kernel.name}" -> "linux";
            case "${attr.nomad.version}" -> ClusterModel.VERSION;
            case "${attr.os.signals}" ->
                "SIGHUP,SIGINT,SIGQUIT,SIGABRT,SIGKILL,SIGUSR1,SIGUSR2,SIGPIPE,SIGALRM,SIGTERM,"
                        + "SIGCONT,SIGSTOP,SIGTSTP,SIGTTIN,SIGTTOU,SIGWINCH,SIGNULL";
            default -> constraint.left().startsWith("${") ? "" : constraint.left();
        };
        return switch (constraint.operand()) {
            case "=", "==", "is", "" -> left.equals(constraint.right());
            case "!=", "not" -> !left.equals(constraint.right());
            case "is_set" -> !left.isEmpty();
            case "is_not_set" -> left.isEmpty();
            case "set_contains", "set_contains_all" -> new TreeSet<>(List.of(left.split(",")))
                    .containsAll(List.of(constraint.right().split(",")));
            case "regexp" -> java.util.regex.Pattern.compile(constraint.right()).matcher(left).find();
            default -> false;
        };
    }

    private ObjectNode metrics(TaskGroup group, int available, Map<String, Integer> filtered,
            Map<String, Integer> exhausted) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("AllocationTime", 100_000).putNull("ClassExhausted").putNull("ClassFiltered")
                .put("CoalescedFailures", 0);
        numbers(json, "ConstraintFiltered", filtered);
        numbers(json, "DimensionExhausted", exhausted);
        json.put("NodePool", "default");
        ObjectNode centers = json.putObject("NodesAvailable");
        if (available > 0) {
            centers.put("dc1", available);
        }
        json.put("NodesEvaluated", available)
                .put("NodesExhausted", exhausted.values().stream().mapToInt(Integer::intValue).sum())
                .put("NodesFiltered", filtered.values().stream().mapToInt(Integer::intValue).sum())
                .put("NodesInPool", rooms.size()).putNull("QuotaExhausted");
        if (exhausted.isEmpty()) {
            json.putNull("ResourcesExhausted");
        } else {
            ObjectNode tasks = json.putObject("ResourcesExhausted");
            group.tasks().forEach(task -> tasks.set(task.name(), TaskReader.resources(
                    exhausted.containsKey("cpu") ? task.cpu() : 0,
                    exhausted.containsKey("memory") ? task.memoryMb() : 0, 0, 0)));
        }
        return json.putNull("ScoreMetaData").putNull("Scores");
    }

    private static void numbers(ObjectNode json, String name, Map<String, Integer> numbers) {
        if (numbers.isEmpty()) {
            json.putNull(name);
        } else {
            ObjectNode all = json.putObject(name);
            numbers.forEach(all::put);
        }
    }
}
