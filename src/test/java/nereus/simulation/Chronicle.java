package nereus.simulation;

import java.util.ArrayList;
import java.util.List;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;

/** What happened, for people. */
final class Chronicle {
    private final List<String> lines = new ArrayList<>();
    private @Nullable Ticker ticker;
    private long began;

    void startAt(Ticker clock) {
        ticker = clock;
        began = clock.nanos();
    }

    /** @param process 0 for what no process did */
    void add(int process, String what) {
        long millis = ticker == null ? 0 : (ticker.nanos() - began) / 1_000_000;
        lines.add("%8.3f s  %s%s".formatted(millis / 1000.0, process == 0 ? "" : "process " + process + ": ", what));
    }

    String text() {
        return String.join("\n", lines);
    }
}
