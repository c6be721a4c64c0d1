package nereus.pool;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nereus.environment.Environments;
import nereus.runner.Bell;
import nereus.runner.Claimed;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that channels are kept ready where somebody works or will work next, by reading the fleet again and again. */
public final class Warmer {
    private static final Logger log = LoggerFactory.getLogger(Warmer.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    /** Each look reads the whole fleet; under many claims a hundred changes are one. */
    private static final long GATHER_MILLIS = 50;

    /** Who keeps channels ready. */
    public interface Channels {
        /** In these runners, the most urgent first, and in no others. Does not block. */
        void keepReady(List<Claimed> wanted);
    }

    private final Fleet fleet;
    private final Environments environments;
    private final WarmSettings settings;
    private final Channels channels;

    public Warmer(Fleet fleet, Environments environments, WarmSettings settings, Channels channels) {
        this.fleet = fleet;
        this.environments = environments;
        this.settings = settings;
        this.channels = channels;
    }

    /** Does so until interrupted. Blocks. */
    public void keep(Readiness readiness, Bell bell) throws InterruptedException {
        while (true) {
            if (readiness.fleetKnown()) {
                try {
                    step();
                } catch (RuntimeException defect) {
                    // Guard against a defect that would leave everything cold for ever: the next step starts from the facts.
                    log.error("a step of the warmer failed", defect);
                }
            }
            bell.await(TICK.toNanos());
            Thread.sleep(GATHER_MILLIS);
        }
    }

    /** One look at everything. */
    void step() {
        Map<Integer, String> marks = new HashMap<>();
        environments.editions().forEach(edition -> marks.put(edition.environment().id(), edition.mark()));
        channels.keepReady(
                Warming.plan(fleet.upkeep().standings(marks, settings.perEnvironment()), settings));
    }
}
