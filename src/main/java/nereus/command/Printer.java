package nereus.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Prints a table for people, or JSON for scripts. */
final class Printer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintWriter out;
    private final Paint paint;

    /** @param terminal asks whether we print on one */
    Printer(PrintWriter out, Map<String, String> environment, BooleanSupplier terminal) {
        this.out = out;
        this.paint = Paint.of(environment, terminal.getAsBoolean());
    }

    Paint paint() {
        return paint;
    }

    void json(JsonNode answer) {
        try {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void lines(Supplier<List<String>> lines) {
        lines.get().forEach(out::println);
    }

    /** A new picture in place of the last, or below it where there is no terminal. */
    void again(Supplier<List<String>> lines) {
        List<String> picture = lines.get();
        out.print(paint.fresh());
        picture.forEach(out::println);
        if (paint.fresh().isEmpty()) {
            out.println();
        }
        out.flush();
    }
}
