package nereus.systemd;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd what it asks for: {@code READY=1} once nothing is in the way, {@code STATUS=} what is, {@code STOPPING=1}, and, with a
 * watchdog, {@code WATCHDOG=1} as long as the service gives a sign of life. Without {@code NOTIFY_SOCKET} it does nothing.
 */
public final class Supervision {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int LONGEST_STATUS = 500;
    private static final Logger log = LoggerFactory.getLogger(Supervision.class);

    private final UnixDatagram socket;
    private final Supplier<List<String>> problems;
    private final LifeSign life;
    private final Ticker ticker;
    /** How often systemd wants to hear of us at least; empty without a watchdog. */
    private final Optional<Duration> watchdog;
    private final Object lock = new Object();
    private @Nullable Thread thread;
    private boolean ready;
    private String status = "";
    private long beatAt;
    private boolean told;

    /** What only a service that works can do. */
    public interface LifeSign {
        /** Returns when it was done, or after that time without. Blocks. */
        boolean given(Duration within) throws InterruptedException;
    }

    /**
     * Begins to tell systemd, if it has started us.
     *
     * @param environment of the process
     * @param problems what is in the way of being ready, for people
     */
    public static Optional<Supervision> start(Map<String, String> environment, Supplier<List<String>> problems,
            LifeSign life, Ticker ticker) {
        String path = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        try {
            Supervision supervision = new Supervision(new UnixDatagram(path), problems, life, ticker,
                    watchdog(environment));
            supervision.begin();
            return Optional.of(supervision);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            log.warn("systemd cannot be told that the service is ready: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Supervision(UnixDatagram socket, Supplier<List<String>> problems, LifeSign life, Ticker ticker,
            Optional<Duration> watchdog) {
        this.socket = socket;
        this.problems = problems;
        this.life = life;
        this.ticker = ticker;
        this.watchdog = watchdog;
        this.beatAt = ticker.nanos();
    }

    /** Empty when there is none, or it is meant for another process. */
    private static Optional<Duration> watchdog(Map<String, String> environment) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        if (!pid.isEmpty() && !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
            return Optional.empty();
        }
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return micros > 0 ? Optional.of(Duration.ofNanos(micros * 1000)) : Optional.empty();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("WATCHDOG_USEC is not a number", e);
        }
    }

    private void begin() {
        thread = Thread.ofVirtual().name("supervision").start(() -> {
            try {
                while (true) {
                    step();
                    Thread.sleep(pause());
                }
            } catch (InterruptedException stopping) {
                log.debug("systemd is told no more");
            }
        });
    }

    /** Often enough that one beat may be late. */
    private Duration pause() {
        Duration third = watchdog.orElse(LOOK.multipliedBy(3)).dividedBy(3);
        return third.compareTo(LOOK) < 0 ? third : LOOK;
    }

    private void step() throws InterruptedException {
        List<String> now = problems.get();
        String line = now.isEmpty() ? "ready" : String.join("; ", now).replaceAll("\\p{Cntrl}", " ");
        String text = line.length() > LONGEST_STATUS ? line.substring(0, LONGEST_STATUS) : line;
        if (now.isEmpty() && !ready) {
            ready = true;
            send("READY=1\nSTATUS=ready");
            status = text;
        } else if (!text.equals(status)) {
            send("STATUS=" + text);
            status = text;
        }
        if (watchdog.isPresent() && ticker.nanos() - beatAt >= watchdog.get().toNanos() / 3
                && life.given(watchdog.get())) {
            beatAt = ticker.nanos();
            send("WATCHDOG=1");
        }
    }

    /** The service has begun to stop. */
    public void stopping() {
        send("STOPPING=1\nSTATUS=stopping");
    }

    private void send(String text) {
        synchronized (lock) {
            try {
                socket.send(text);
                told = false;
            } catch (IOException e) {
                if (!told) {
                    told = true;
                    log.warn("systemd cannot be told {}: {}", text.lines().findFirst().orElse(""), e.getMessage());
                }
            }
        }
    }

    /** Tells nothing more. */
    public void stop() throws InterruptedException {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            running.join(LOOK);
        }
    }
}
