package nereus.devagent.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the reconciler wants of an evaluation; the scheduler carries it out as one transaction. */
final class Plan {

    /** A wanted allocation; {@code previous} is what it replaces. */
    record Place(TaskGroup group, String name, @Nullable Allocation previous, boolean rescheduled) {}

    /** {@code clientStatus} is empty unless the server itself says how the allocation ended. */
    record Stop(Allocation allocation, String description, String clientStatus) {}

    /** An allocation that may be rescheduled, or is taken for lost, at a later time. */
    record Later(Allocation allocation, Instant when, boolean disconnected) {}

    final List<Place> places = new ArrayList<>();
    final List<Stop> stops = new ArrayList<>();
    final List<Allocation> updates = new ArrayList<>();
    final List<Later> laters = new ArrayList<>();
    /** Wanted changes by group and kind, for {@code PlanAnnotations}. */
    final Map<String, Map<String, Integer>> desired = new LinkedHashMap<>();
    @Nullable
    Map<String, Integer> queued;

    void count(String group, String kind, int number) {
        if (number > 0) {
            desired.computeIfAbsent(group, name -> new LinkedHashMap<>()).merge(kind, number, Integer::sum);
        }
    }
}
