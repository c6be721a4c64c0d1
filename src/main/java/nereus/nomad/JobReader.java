package nereus.nomad;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.Map;

/** Reads jobs; fields that nobody needs are passed over. */
final class JobReader extends StdDeserializer<JobRow> {
    private static final long serialVersionUID = 1L;

    JobReader() {
        super(JobRow.class);
    }

    @Override
    public JobRow deserialize(JsonParser json, DeserializationContext context) throws IOException {
        String id = null;
        long index = 0;
        String status = null;
        boolean parameterized = false;
        boolean stop = false;
        Map<String, String> meta = null;
        long created = 0;
        long registered = 0;
        for (String name = Fields.first(json); name != null; name = Fields.next(json)) {
            switch (name) {
                case "ID" -> id = Fields.text(json);
                case "ModifyIndex" -> index = Fields.number(json);
                case "CreateIndex" -> created = Fields.number(json);
                case "JobModifyIndex" -> registered = Fields.number(json);
                case "Status" -> status = Fields.text(json);
                case "ParameterizedJob" -> {
                    parameterized = json.hasToken(JsonToken.VALUE_TRUE) || json.hasToken(JsonToken.START_OBJECT);
                    json.skipChildren();
                }
                case "Stop" -> stop = Fields.flag(json);
                case "Meta" -> meta = Fields.map(json, Fields::text);
                default -> json.skipChildren();
            }
        }
        return new JobRow(id, index, status, parameterized, stop, meta, created, registered);
    }
}
