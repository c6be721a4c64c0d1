package nereus.nomad;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.hashicorp.nomad.apimodel.Job;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Nomad's JSON: names begin with a capital, what we do not know is skipped, zero values may be absent (docs/nomad.md 12). Job beans
 * keep what their class does not know in {@code getUnmappedProperties()}, so a job that was read can be written back whole, and
 * newer fields are set with {@code addUnmappedProperty("Disconnect", …)}. The beans' own {@code toString()} and
 * {@code fromJson()} must not be used: they reach a class that fails to load with this Jackson.
 */
final class Json {
    private final ObjectMapper mapper = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    <T> T read(byte[] json, Class<T> type) throws IOException {
        return nonNull(mapper.readValue(json, type));
    }

    <T> List<T> readList(byte[] json, Class<T> element) throws IOException {
        JavaType list = mapper.getTypeFactory().constructCollectionType(List.class, element);
        return nonNull(mapper.<List<T>>readValue(json, list));
    }

    byte[] write(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new UncheckedIOException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    Job job(Buffer json) throws IOException {
        return read(json.getBytes(), Job.class);
    }

    private static <T> T nonNull(T value) throws IOException {
        if (value == null) {
            throw new IOException("null");
        }
        return value;
    }
}
