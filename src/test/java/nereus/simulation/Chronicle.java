package nereus.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import nereus.clock.Ticker;

/** What happened, for people. */
final class Chronicle {
    private record Line(long millis, int process, String what) {
        String text() {
            return "%8.3f s  %s%s".formatted(millis / 1000.0, process == 0 ? "" : "process " + process + ": ", what);
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private @Nullable Ticker ticker;
    private long began;

    void startAt(Ticker clock) {
        ticker = clock;
        began = clock.nanos();
    }

    /** @param process 0 for what no process did */
    void add(int process, String what) {
        lines.add(new Line(ticker == null ? 0 : (ticker.nanos() - began) / 1_000_000, process, what));
    }

    String text() {
        return lines.stream().map(Line::text).collect(Collectors.joining("\n"));
    }
}
