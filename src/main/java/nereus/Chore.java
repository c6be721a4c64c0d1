package nereus;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done again and again beside the service, which goes on without it: a round that fails is logged, and the next one comes. The
 * same failure in a row is logged once.
 */
final class Chore {
    private static final Logger log = LoggerFactory.getLogger(Chore.class);

    private final String name;
    private final Duration pause;
    private final Runnable round;
    private String trouble = "";

    /** @param name for people */
    Chore(String name, Duration pause, Runnable round) {
        this.name = name;
        this.pause = pause;
        this.round = round;
    }

    /** A pause, and a round, until interrupted. Blocks. */
    void keep() throws InterruptedException {
        while (true) {
            Thread.sleep(pause);
            try {
                round.run();
                trouble = "";
            } catch (RuntimeException failed) {
                tell(failed);
            }
        }
    }

    private void tell(RuntimeException failed) {
        String now = failed.toString();
        if (!now.equals(trouble)) {
            trouble = now;
            log.error("{} failed, and is tried again", name, failed);
        }
    }
}
