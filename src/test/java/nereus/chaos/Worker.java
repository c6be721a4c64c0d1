package nereus.chaos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import nereus.Frontend;

/**
 * One client: claims runners, copies a file in, runs a command, keeps some for a while, and gives them back. What fails while the
 * service was not disturbed is a broken promise.
 */
final class Worker implements Runnable {
    private static final int KEPT = 3;
    private static final int LONG_TIMEOUT = 24 * 3600;
    private static final long PAUSE_NANOS = 5_000_000;

    private final Stage stage;
    private final AckBook book;
    private final Figures figures;
    private final Gate gate;
    private final SplittableRandom random;
    private final Deque<String> kept = new ArrayDeque<>();

    Worker(Stage stage, AckBook book, Figures figures, Gate gate, SplittableRandom random) {
        this.stage = stage;
        this.book = book;
        this.figures = figures;
        this.gate = gate;
        this.random = random;
    }

    @Override
    public void run() {
        while (gate.enter()) {
            try {
                step();
            } finally {
                gate.leave();
            }
        }
    }

    private void step() {
        kept.removeIf(id -> !book.isLive(id) && !book.isReturning(id));
        String oldest = kept.peek();
        if (oldest != null && (book.isReturning(oldest) || kept.size() > random.nextInt(KEPT + 1))) {
            if (giveBack(oldest)) {
                kept.remove();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return;
        }
        Optional<String> claimed = claim();
        if (claimed.isEmpty()) {
            LockSupport.parkNanos(PAUSE_NANOS);
            return;
        }
        kept.add(claimed.get());
        long before = stage.disturbances();
        use(stage.frontend(), claimed.get()).ifPresent(wrong -> judge(before, claimed.get() + " " + wrong));
    }

    private Optional<String> claim() {
        long before = stage.disturbances();
        Frontend.Reply reply = stage.frontend().tryClaim(Stage.ENVIRONMENT, LONG_TIMEOUT);
        if (reply.status() == 200) {
            String id = reply.json().path("runnerId").asText();
            book.claimed(id);
            return Optional.of(id);
        }
        if (reply.status() == 500 && reply.json().path("errorCode").asText().equals("NOMAD_OVERLOAD")) {
            figures.empty();
        } else {
            judge(before, "a claim was answered " + reply);
        }
        return Optional.empty();
    }

    /** Returns a runner; says whether it is known to be returned. */
    private boolean giveBack(String id) {
        boolean again = book.isReturning(id);
        if (!again && !book.returning(id)) {
            return true;
        }
        long before = stage.disturbances();
        int status = stage.frontend().release(id);
        if (status == 204) {
            // While Nomad is away a return is answered all the same, and recorded once it is back: only the others are on its disk.
            book.returned(id, before >= 0 && before == stage.disturbances());
            return true;
        }
        if (status == 410 && again) { // the return before it was carried out, or the container died: no promise either way
            book.gone(id);
            return true;
        }
        judge(before, "the return of " + id + " was answered " + status);
        return false;
    }

    private void judge(long before, String what) {
        if (before >= 0 && before == stage.disturbances()) {
            figures.broken(what);
        }
    }

    /** Copies a file into a runner and reads it there; says what was wrong. */
    static Optional<String> use(Frontend frontend, String id) {
        try {
            Frontend.Reply copied = frontend.call("PATCH", "/api/v1/runners/" + id + "/files", """
                    {"copy": [{"path": "mark.txt", "content": "%s"}]}"""
                    .formatted(Base64.getEncoder().encodeToString(("mark of " + id).getBytes(StandardCharsets.UTF_8))));
            if (copied.status() != 204) {
                return Optional.of("did not take a file: " + copied);
            }
            Frontend.Run run = frontend.run(id, "cat mark.txt; echo; echo $((6 * 7))");
            String end = run.end();
            String said = run.text("stdout").replace("\r", "");
            return end.equals("{\"type\":\"exit\",\"data\":0}") && said.equals("mark of " + id + "\n42\n")
                    ? Optional.empty()
                    : Optional.of("ran with " + end + " and said " + said);
        } catch (RuntimeException | AssertionError failed) { // what a broken connection makes of it
            return Optional.of("failed: " + failed);
        }
    }
}
