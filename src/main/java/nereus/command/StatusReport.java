package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What {@code nereus status}, {@code environments} and {@code runners} print of what the service tells. */
final class StatusReport {
    private static final int LABEL = 10;
    private static final int LONGEST_MESSAGE = 160;

    private final Paint paint;

    StatusReport(Paint paint) {
        this.paint = paint;
    }

    List<String> status(String base, JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add(labelled("Service", Table.plain(base)));
        lines.add(labelled("Version", Table.plain(status.path("version").asText())));
        lines.add(labelled("Started", status.path("startedAt").asText()));
        boolean ready = status.path("ready").asBoolean();
        lines.add(labelled("Ready", ready ? paint.good("yes") : paint.bad("no")));
        status.path("problems").forEach(
                problem -> lines.add(labelled("", paint.bad(Table.plain(problem.asText())))));
        JsonNode resync = status.path("resync");
        JsonNode age = resync.path("age");
        lines.add(labelled("Snapshot", (age.isNumber()
                ? age.asDouble() > 120
                        ? paint.bad(Times.of(age.asDouble()) + " ago")
                        : Times.of(age.asDouble()) + " ago"
                : paint.odd("none yet")) + ", " + resync.path("snapshots").asLong() + " since the start, "
                + resync.path("breaks").asLong() + " breaks"));
        lines.add(labelled("Clients", status.path("connections").asInt() + " connections, "
                + status.path("running").asInt() + " commands and file operations under way"));
        lines.add("");
        lines.addAll(environments(status));
        if (!status.path("troubles").isEmpty()) {
            lines.add("");
            lines.add(paint.bold("Last warnings and errors"));
            status.path("troubles").forEach(trouble -> lines.add(trouble(trouble)));
        }
        return lines;
    }

    List<String> environments(JsonNode status) {
        JsonNode all = status.path("environments");
        if (all.isEmpty()) {
            return List.of("No environments. PUT /api/v1/execution-environments/10 creates one.");
        }
        Table table = new Table("ID", "Image", "Pool", "Idle", "Starting", "Claimed", "Leaving", "Waiting", "Longest",
                "Trouble");
        for (JsonNode pool : all) {
            int size = pool.path("prewarmingPoolSize").asInt();
            int idle = pool.path("idle").asInt();
            int waiting = pool.path("waiting").asInt();
            int failed = pool.path("failedInARow").asInt();
            UnaryOperator<String> level = idle >= size ? paint::good : idle == 0 ? paint::bad : paint::odd;
            table.row().add(pool.path("id").asInt()).add(pool.path("image").asText()).add(size).add(idle, level)
                    .add(pool.path("starting").asInt())
                    .add(pool.path("claimed").asInt() + pool.path("reserved").asInt())
                    .add(pool.path("gone").asInt() + pool.path("doubtful").asInt())
                    .add(waiting, waiting > 0 ? paint::odd : UnaryOperator.identity())
                    .add(waiting > 0 ? Times.of(pool.path("oldestWait").asDouble()) : "-")
                    .add(failed == 0 ? "-" : failed + " starts failed: " + shortened(pool.path("reason").asText()),
                            failed == 0 ? UnaryOperator.identity() : paint::bad);
        }
        return table.lines(paint);
    }

    List<String> runners(JsonNode answer, int environment) {
        Table table = new Table("ID", "Environment", "State", "For", "Allocation", "Node", "Claimed by");
        int shown = 0;
        for (JsonNode runner : answer.path("runners")) {
            if (environment < 0 || runner.path("environment").asInt() == environment) {
                shown++;
                String state = runner.path("state").asText();
                UnaryOperator<String> colour = switch (state) {
                    case "idle" -> paint::good;
                    case "doubtful" -> paint::bad;
                    case "starting", "reserved" -> paint::odd;
                    default -> UnaryOperator.identity();
                };
                table.row().add(runner.path("id").asText()).add(runner.path("environment").asInt())
                        .add(state, colour).add(Times.of(runner.path("seconds").asDouble()))
                        .add(brief(runner.path("allocation").asText())).add(brief(runner.path("node").asText()))
                        .add(or(runner.path("claimer").asText()));
            }
        }
        return shown == 0 ? List.of("No runners.") : table.lines(paint);
    }

    private String trouble(JsonNode trouble) {
        String level = trouble.path("level").asText();
        String shown = level.equals("ERROR") ? paint.bad(level) : paint.odd(level);
        return "  " + Table.plain(trouble.path("at").asText()).replaceAll("\\.[0-9]+Z$", "Z") + "  " + shown + "  "
                + shortened(trouble.path("message").asText());
    }

    private static String shortened(String text) {
        String plain = Table.plain(text);
        return plain.length() > LONGEST_MESSAGE ? plain.substring(0, LONGEST_MESSAGE) + "..." : plain;
    }

    /** The first eight characters of an id, as Nomad's own commands show them. */
    private static String brief(String id) {
        return id.isEmpty() ? "-" : id.substring(0, Math.min(8, id.length()));
    }

    private static String or(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String labelled(String label, String value) {
        return label + " ".repeat(LABEL - label.length()) + value;
    }
}
