package nereus.nomad;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks objects of Nomad's JSON field by field. The lists of a large pool are megabytes, most of which nobody needs, and the process
 * that reads them has just started and runs code that is not compiled yet: binding them by reflection takes about 1.2 times as long the first
 * time, and twice as long later.
 */
final class Fields {
    private Fields() {}

    /** How a value is read whose first token is the current one; null is the reader's to understand. */
    interface Value<T> {
        @Nullable
        T read(JsonParser json) throws IOException;
    }

    /** The name of the first field of the object that begins here, standing on its value; null when there is none. */
    @Nullable
    static String first(JsonParser json) throws IOException {
        expect(json, JsonToken.START_OBJECT);
        return next(json);
    }

    /** The next field's; null at the object's end. The value before must have been read or skipped. */
    @Nullable
    static String next(JsonParser json) throws IOException {
        String name = json.nextFieldName();
        if (name != null) {
            json.nextToken();
        }
        return name;
    }

    @Nullable
    static String text(JsonParser json) throws IOException {
        if (json.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        expect(json, JsonToken.VALUE_STRING);
        return json.getText();
    }

    static long number(JsonParser json) throws IOException {
        return json.hasToken(JsonToken.VALUE_NULL) ? 0 : json.getLongValue();
    }

    static int count(JsonParser json) throws IOException {
        return json.hasToken(JsonToken.VALUE_NULL) ? 0 : json.getIntValue();
    }

    static boolean flag(JsonParser json) throws IOException {
        return !json.hasToken(JsonToken.VALUE_NULL) && json.getBooleanValue();
    }

    /** Null for null; values that are null are left out. */
    @Nullable
    static <T> Map<String, T> map(JsonParser json, Value<T> value) throws IOException {
        if (json.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        Map<String, T> map = new LinkedHashMap<>();
        for (String name = first(json); name != null; name = next(json)) {
            T one = value.read(json);
            if (one != null) {
                map.put(name, one);
            }
        }
        return map;
    }

    /** Null for null; values that are null are left out. */
    @Nullable
    static <T> List<T> list(JsonParser json, Value<T> value) throws IOException {
        if (json.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        expect(json, JsonToken.START_ARRAY);
        List<T> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            T one = value.read(json);
            if (one != null) {
                list.add(one);
            }
        }
        return list;
    }

    private static void expect(JsonParser json, JsonToken token) throws IOException {
        if (!json.hasToken(token)) {
            throw new JsonParseException(json, "%s instead of %s".formatted(json.currentToken(), token));
        }
    }
}
