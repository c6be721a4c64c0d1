package nereus.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/** Writes wire records as Go's encoder does: no line end, {@code <}, {@code >} and {@code &} escaped, always valid UTF-8. */
final class JsonOutput {
    private static final JsonMapper MAPPER = mapper();

    private JsonOutput() {}

    static String text(Object value) {
        try {
            return WellFormed.of(MAPPER.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON for a " + value.getClass(), e);
        }
    }

    private static JsonMapper mapper() {
        JsonMapper mapper = new JsonMapper();
        mapper.getFactory().setCharacterEscapes(new LikeGo());
        return mapper;
    }

    private static final class LikeGo extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            codes['<'] = ESCAPE_CUSTOM;
            codes['>'] = ESCAPE_CUSTOM;
            codes['&'] = ESCAPE_CUSTOM;
            return codes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int character) {
            return switch (character) {
                case '<', '>', '&', 0x2028, 0x2029 -> new SerializedString("\\u%04x".formatted(character));
                default -> null;
            };
        }
    }
}
