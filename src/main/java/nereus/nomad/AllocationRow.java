package nereus.nomad;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An allocation as lists (with resources and task states) and allocation events write it (docs/nomad.md 12, 24, 42). */
@JsonDeserialize(using = AllocationReader.class)
record AllocationRow(@Nullable String id, @Nullable String jobId,
        @Nullable String nodeId, long modifyIndex, @Nullable String clientStatus,
        @Nullable String clientDescription, @Nullable String desiredStatus, @Nullable String desiredDescription,
        @Nullable Map<String, TaskState> taskStates, @Nullable AllocatedResources allocatedResources) {

    /** One task; {@code events} are its last ten, oldest first. */
    record TaskState(@Nullable String state, int restarts, @Nullable List<TaskEvent> events) {
        boolean running() {
            return "running".equals(state);
        }
    }

    record TaskEvent(@Nullable String type, @Nullable String displayMessage, int exitCode,
            @Nullable Map<String, String> details) {
        boolean outOfMemory() {
            return "true".equals(Rows.map(details).get("oom_killed"));
        }

        /** Events that say why a task does not run; {@code Not Restarting} only repeats that it does not. */
        boolean failure() {
            String name = Rows.text(type);
            return (name.equals("Terminated") && exitCode != 0) || name.endsWith("Failure")
                    || name.startsWith("Failed");
        }
    }

    record AllocatedResources(@Nullable Shared shared) {}

    record Shared(@Nullable List<PortRow> ports) {}

    record PortRow(@Nullable String label, int value, @Nullable String hostIp) {}

    AllocationFact fact() {
        Collection<TaskState> tasks = Rows.map(taskStates).values();
        List<TaskEvent> events = tasks.stream().flatMap(task -> Rows.list(task.events()).stream()).toList();
        boolean running = taskStates == null
                ? "running".equals(clientStatus)
                : !tasks.isEmpty() && tasks.stream().allMatch(TaskState::running);
        return new AllocationFact(modifyIndex, Rows.text(id), Rows.text(jobId), Rows.text(nodeId),
                Rows.text(clientStatus), Rows.text(desiredStatus), running,
                tasks.stream().mapToInt(TaskState::restarts).sum(), events.stream().anyMatch(TaskEvent::outOfMemory),
                Refusals.oneLine(reason(events)), ports());
    }

    /** The most telling text Nomad has: why it is unwanted, else the last failure of a task, else the client's description. */
    private String reason(List<TaskEvent> events) {
        String unwanted = Rows.text(desiredDescription);
        if (!"run".equals(desiredStatus) && !unwanted.isEmpty()) {
            return unwanted;
        }
        String failure = events.reversed().stream().filter(TaskEvent::failure).findFirst()
                .map(event -> Rows.text(event.displayMessage())).orElse("");
        if (!failure.isEmpty()) {
            return failure;
        }
        return switch (Rows.text(clientStatus)) {
            case "pending", "running" -> "";
            default -> Rows.text(clientDescription);
        };
    }

    private List<AllocationFact.Port> ports() {
        if (allocatedResources == null || allocatedResources.shared() == null) {
            return List.of();
        }
        return Rows.list(allocatedResources.shared().ports()).stream()
                .map(port -> new AllocationFact.Port(Rows.text(port.label()), port.value(), Rows.text(port.hostIp())))
                .toList();
    }
}
