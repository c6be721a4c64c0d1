package nereus.execution;

import java.util.concurrent.atomic.LongAdder;

/** Counts how often what was kept ready was there. Any thread. */
final class Warmth {
    private final LongAdder warmRuns = new LongAdder();
    private final LongAdder coldRuns = new LongAdder();
    private final LongAdder warmFiles = new LongAdder();
    private final LongAdder coldFiles = new LongAdder();
    private final LongAdder losses = new LongAdder();

    void run(boolean warm) {
        (warm ? warmRuns : coldRuns).increment();
    }

    void files(boolean warm) {
        (warm ? warmFiles : coldFiles).increment();
    }

    void lost() {
        losses.increment();
    }

    WarmthReading reading(int runners, int ready, int troubled) {
        return new WarmthReading(runners, ready, troubled, warmRuns.sum(), coldRuns.sum(), warmFiles.sum(),
                coldFiles.sum(), losses.sum());
    }
}
