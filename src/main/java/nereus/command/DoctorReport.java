package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** What {@code nereus doctor} prints of an examination. */
final class DoctorReport {
    private final PrintWriter out;

    DoctorReport(PrintWriter out) {
        this.out = out;
    }

    /** @param repairing whether repairs were asked for, so that there is no need to tell how */
    void print(JsonNode examination, boolean repairing) {
        out.println("Looked at " + examination.path("lookedAt").asInt() + " jobs, claims and runners in "
                + examination.path("elapsedMillis").asLong() + " ms.");
        for (JsonNode count : examination.path("counts")) {
            if (count.path("fleet").asInt() != count.path("nomad").asInt()) {
                out.println("Environment " + count.path("environment").asInt() + ": the fleet counts "
                        + count.path("fleet").asInt() + " runners, Nomad has " + count.path("nomad").asInt()
                        + " jobs.");
            }
        }
        section("Repaired", examination.path("repaired"), "done");
        section("Different", examination.path("differences"), "to do");
        int left = examination.path("differences").size();
        if (left == 0) {
            out.println(examination.path("repaired").isEmpty()
                    ? "Fleet, ledger and Nomad agree."
                    : "Nothing else differs; jobs are purged within moments.");
        } else if (repairing) {
            out.println(left + " left: ask again.");
        } else {
            out.println(left + " found. `nereus doctor --repair` repairs.");
        }
    }

    private void section(String title, JsonNode rows, String verb) {
        if (!rows.isEmpty()) {
            out.println();
            out.println(title);
            for (JsonNode row : rows) {
                out.println("  " + row.path("kind").asText() + "  " + row.path("id").asText() + "  environment "
                        + row.path("environment").asInt() + seen(row));
                out.println("      " + row.path("finding").asText());
                out.println("      " + verb + ": " + row.path("repair").asText());
            }
            out.println();
        }
    }

    private static String seen(JsonNode row) {
        if (!row.has("rounds")) {
            return "";
        }
        int rounds = row.path("rounds").asInt();
        int failures = row.path("failures").asInt();
        return ", seen in " + rounds + (rounds == 1 ? " round" : " rounds")
                + (failures == 0 ? "" : ", repair failed " + failures + (failures == 1 ? " time" : " times"));
    }
}
