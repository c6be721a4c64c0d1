package nereus.nomad;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import nereus.nomad.AllocationRow.AllocatedResources;
import nereus.nomad.AllocationRow.PortRow;
import nereus.nomad.AllocationRow.Shared;
import nereus.nomad.AllocationRow.TaskEvent;
import nereus.nomad.AllocationRow.TaskState;
import org.jspecify.annotations.Nullable;

/** Reads allocations; fields that nobody needs are passed over. */
final class AllocationReader extends StdDeserializer<AllocationRow> {
    private static final long serialVersionUID = 1L;

    AllocationReader() {
        super(AllocationRow.class);
    }

    @Override
    public AllocationRow deserialize(JsonParser json, DeserializationContext context) throws IOException {
        String id = null;
        String job = null;
        String node = null;
        long index = 0;
        String status = null;
        String description = null;
        String desired = null;
        String desiredDescription = null;
        Map<String, TaskState> tasks = null;
        AllocatedResources resources = null;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            switch (name) {
                case "ID" -> id = Fields.text(json);
                case "JobID" -> job = Fields.text(json);
                case "NodeID" -> node = Fields.text(json);
                case "ModifyIndex" -> index = Fields.number(json);
                case "ClientStatus" -> status = Fields.text(json);
                case "ClientDescription" -> description = Fields.text(json);
                case "DesiredStatus" -> desired = Fields.text(json);
                case "DesiredDescription" -> desiredDescription = Fields.text(json);
                case "TaskStates" -> tasks = Fields.map(json, AllocationReader::state);
                case "AllocatedResources" -> resources = resources(json);
                default -> json.skipChildren();
            }
        }
        return new AllocationRow(id, job, node, index, status, description, desired, desiredDescription, tasks,
                resources);
    }

    private static @Nullable TaskState state(JsonParser json) throws IOException {
        if (json.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        String state = null;
        int restarts = 0;
        List<TaskEvent> events = null;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            switch (name) {
                case "State" -> state = Fields.text(json);
                case "Restarts" -> restarts = Fields.count(json);
                case "Events" -> events = Fields.list(json, AllocationReader::event);
                default -> json.skipChildren();
            }
        }
        return new TaskState(state, restarts, events);
    }

    private static @Nullable TaskEvent event(JsonParser json) throws IOException {
        if (json.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        String type = null;
        String message = null;
        int code = 0;
        Map<String, String> details = null;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            switch (name) {
                case "Type" -> type = Fields.text(json);
                case "DisplayMessage" -> message = Fields.text(json);
                case "ExitCode" -> code = Fields.count(json);
                case "Details" -> details = Fields.map(json, Fields::text);
                default -> json.skipChildren();
            }
        }
        return new TaskEvent(type, message, code, details);
    }

    private static @Nullable AllocatedResources resources(JsonParser json) throws IOException {
        if (json.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        Shared shared = null;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            if (name.equals("Shared") && !json.hasToken(JsonToken.VALUE_NULL)) {
                shared = shared(json);
            } else {
                json.skipChildren();
            }
        }
        return new AllocatedResources(shared);
    }

    private static Shared shared(JsonParser json) throws IOException {
        List<PortRow> ports = null;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            if (name.equals("Ports")) {
                ports = Fields.list(json, AllocationReader::port);
            } else {
                json.skipChildren();
            }
        }
        return new Shared(ports);
    }

    private static PortRow port(JsonParser json) throws IOException {
        String label = null;
        int value = 0;
        String host = null;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            switch (name) {
                case "Label" -> label = Fields.text(json);
                case "Value" -> value = Fields.count(json);
                case "HostIP" -> host = Fields.text(json);
                default -> json.skipChildren();
            }
        }
        return new PortRow(label, value, host);
    }
}
