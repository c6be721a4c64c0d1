package nereus.nomad;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A variable as Nomad writes it; without items in lists. */
record VariableRow(@Nullable String path, long modifyIndex, @Nullable Map<String, String> items) {
    Variable variable() {
        return new Variable(Rows.text(path), modifyIndex, items == null ? Map.of() : Map.copyOf(items));
    }
}
