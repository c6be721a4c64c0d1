package nereus.devagent.chaos;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kinds of faults. One that lasts stands until its time or its count is over or until it is cleared; the others are done at once.
 */
public enum Kind {
    /** The node falls silent; its end brings the node back. */
    NODE_LOST(true, "Node"),
    /** The node is drained; its end makes it eligible again. */
    NODE_DRAIN(true, "Node", "Deadline"),
    /** 500 {@code No cluster leader}, and no event stream. */
    LEADER_AWAY(true),
    /** Event streams stay open and say nothing. */
    STREAM_SILENT(true),
    /** Events are left out of the stream. */
    STREAM_DROP(true, "Probability", "Count"),
    /** Requests are refused. */
    REFUSE(true, "On", "Path", "Probability", "Count", "Status", "Text"),
    /** Requests are carried out, and then the connection is cut instead of an answer. */
    LOSE_ANSWER(true, "On", "Path", "Probability", "Count"),
    /** Requests are carried out later. */
    DELAY(true, "On", "Path", "Probability", "Count", "Delay"),
    /** Requests are carried out, and what is answered is not JSON, or only half of it. */
    GARBAGE(true, "On", "Path", "Probability", "Count", "Half"),
    /** Lists show what they showed when this began. */
    STALE_LISTS(true),
    /** The token lost rights. */
    RIGHTS(true, "Rights"),
    /** The disk with the agent's state takes nothing more. */
    DISK_FULL(true),

    /** Main processes end with an exit code. */
    ALLOCATION_EXIT(false, "Allocation", "Job", "Count", "Code"),
    /** Main processes are killed for want of memory. */
    ALLOCATION_OOM(false, "Allocation", "Job", "Count"),
    /** Allocations are restarted in place. */
    ALLOCATION_RESTART(false, "Allocation", "Job", "Count"),
    /** Allocations are stopped as through the API, and replaced. */
    ALLOCATION_STOP(false, "Allocation", "Job", "Count"),
    /** All event streams are cut. */
    STREAM_BROKEN(false),
    /** All event streams say something that is not JSON. */
    STREAM_GARBAGE(false, "Text"),
    /** The buffer of events is emptied; a reader that is behind is cut off, and no index of before can be resumed. */
    BUFFER_EMPTIED(false);

    private final boolean lasts;
    /** Separated by blanks: an enum holds nothing that could change. */
    private final String fields;

    Kind(boolean lasts, String... fields) {
        this.lasts = lasts;
        this.fields = String.join(" ", fields);
    }

    /** Whether it stands for a while. */
    public boolean lasts() {
        return lasts;
    }

    boolean takes(String field) {
        return field.equals("Kind") || fields().contains(field);
    }

    /** What an order of the kind may have beside the kind. */
    List<String> fields() {
        return Stream
                .concat(fields.isEmpty() ? Stream.of() : Stream.of(fields.split(" ")),
                        lasts ? Stream.of("For") : Stream.of())
                .sorted().toList();
    }

    /** Its name on the wire, such as {@code leader-away}. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    static Optional<Kind> of(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }

    static String all() {
        return String.join(", ", Arrays.stream(values()).map(Kind::text).toList());
    }
}
