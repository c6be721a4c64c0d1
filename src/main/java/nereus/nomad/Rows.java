package nereus.nomad;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an absent field means: Nomad leaves out zero values of allocations and evaluations, and writes empty maps as null. */
final class Rows {
    private Rows() {}

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    static <T> List<T> list(@Nullable List<T> value) {
        return value == null ? List.of() : value;
    }

    static <T> Map<String, T> map(@Nullable Map<String, T> value) {
        return value == null ? Map.of() : value;
    }
}
