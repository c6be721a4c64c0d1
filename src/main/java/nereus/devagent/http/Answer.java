package nereus.devagent.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer, with the headers Nomad gives. */
record Answer(int status, Map<String, String> headers, Buffer body) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Answer json(JsonNode body) {
        return json(200, body);
    }

    static Answer json(int status, JsonNode body) {
        try {
            return new Answer(status, Map.of("Content-Type", "application/json"),
                    Buffer.buffer(MAPPER.writeValueAsBytes(body)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** An error; its text stands alone, as Nomad writes errors. */
    static Answer error(int status, String text) {
        return new Answer(status, Map.of("Content-Type", "text/plain; charset=utf-8"), Buffer.buffer(text));
    }

    static Answer empty(int status) {
        return new Answer(status, Map.of(), Buffer.buffer());
    }

    Answer with(String header, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body);
    }

    /** The headers of a read. */
    Answer read(long index) {
        return with("X-Nomad-Index", Long.toString(index)).with("X-Nomad-KnownLeader", "true")
                .with("X-Nomad-LastContact", "0");
    }

    /** The header of a write. */
    Answer written(long index) {
        return with("X-Nomad-Index", Long.toString(index));
    }

    void send(HttpServerResponse response) {
        if (response.closed() || response.ended()) {
            return;
        }
        response.setStatusCode(status).putHeader("Vary", "Accept-Encoding");
        headers.forEach(response::putHeader);
        if (status == 204) {
            response.end();
        } else {
            response.end(body);
        }
    }
}
