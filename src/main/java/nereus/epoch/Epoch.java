package nereus.epoch;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of this process among all that ever served this instance: the variable {@code nereus/<instance>/epoch}, raised by
 * compare-and-set before the first snapshot. Whatever is acknowledged after {@link #confirm} was written before any later process
 * raised it, so it stands in that one's first snapshot; whatever a later process decides, this one no longer contradicts. Blocks;
 * throws {@link NomadException}.
 */
public final class Epoch {
    /** Longest wait for somebody else's question. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    private static final String NUMBER = "number";
    private static final String PROCESS = "process";
    private static final Logger log = LoggerFactory.getLogger(Epoch.class);

    private final Nomad nomad;
    private final String path;
    private final String process;
    /** Guards {@link #answered} and {@link #mine}: one question at a time. */
    private final Lock asking;
    private final AtomicLong asked = new AtomicLong();
    private long answered;
    /** What became of the last question, if it was not answered. */
    private @Nullable NomadException failure;
    private long mine;
    private volatile long index;
    private final CompletableFuture<String> superseded = new CompletableFuture<>();

    /** @param process names this process among all that ever wrote here */
    public Epoch(Nomad nomad, String instance, String process) {
        this(nomad, instance, process, new ReentrantLock());
    }

    /** @param asking a simulator's lets others go on while somebody waits for it */
    public Epoch(Nomad nomad, String instance, String process, Lock asking) {
        this.nomad = nomad;
        this.path = path(instance);
        this.process = process;
        this.asking = asking;
    }

    /** Where the epoch of an instance stands. */
    public static String path(String instance) {
        return "nereus/" + instance + "/epoch";
    }

    /** The name of this process. */
    public String process() {
        return process;
    }

    /** Nomad's index of our entry, as last seen: what shows an older one, or none, is older than this process. */
    public long index() {
        return index;
    }

    /** Completes, with what to tell people, when a later process has taken over. Never exceptionally. */
    public CompletionStage<String> superseded() {
        return superseded.minimalCompletionStage();
    }

    /**
     * Returns once Nomad has said, to a question asked after this call began, that no later process has raised the epoch; the first
     * call raises it. Those who wait together share one question.
     *
     * @throws NomadException.Superseded for ever, once a later process was seen
     */
    public void confirm() {
        long enough = asked.get() + 1;
        lock();
        try {
            refuseIfSuperseded();
            if (answered >= enough) {
                // Guard against one wait after another while Nomad does not answer: who waited together fails together.
                if (failure != null) {
                    throw new NomadException.Unreachable(failure.getMessage(), false, failure);
                }
                return;
            }
            long question = asked.incrementAndGet();
            try {
                failure = null;
                ask();
            } catch (NomadException failed) {
                failure = failed;
                throw failed;
            } finally {
                answered = question;
            }
        } finally {
            asking.unlock();
        }
    }

    /** Whether a later process is known. */
    public boolean isSuperseded() {
        return superseded.isDone();
    }

    /** Refuses at once when a later process is known already; asks nobody. */
    public void refuseIfSuperseded() {
        if (isSuperseded()) {
            throw new NomadException.Superseded(superseded.join());
        }
    }

    /** Like {@link #confirm}, after something was written for a client: what cannot be confirmed may have come through. */
    public void confirmWritten() {
        try {
            confirm();
        } catch (NomadException unconfirmed) {
            throw new NomadException.Unreachable("it is written, but " + unconfirmed.getMessage(), true, unconfirmed);
        }
    }

    private void ask() {
        // Each turn but the last means that somebody else wrote in between.
        for (int turn = 0; turn < 10; turn++) {
            Optional<Variable> entry = nomad.variable(path);
            long number = entry.map(Epoch::number).orElse(0L);
            if (number > 0 && entry.filter(this::ours).isPresent()) {
                // Also an entry whose write we thought lost.
                mine = number;
                index = entry.map(Variable::modifyIndex).orElse(0L);
                return;
            }
            if (mine != 0 && number >= mine) {
                supersede(number, entry.map(Epoch::processOf).orElse("?"));
            }
            // Ours was damaged or removed by hand, or this is our start.
            raise(entry, Math.max(number, mine) + 1);
        }
        throw new NomadException.Unreachable("the epoch " + path + " changes faster than it can be raised", false,
                new TimeoutException());
    }

    private void raise(Optional<Variable> entry, long next) {
        Map<String, String> items = Map.of(NUMBER, Long.toString(next), PROCESS, process);
        try {
            if (entry.isPresent()) {
                nomad.updateVariable(path, items, entry.get().modifyIndex());
            } else {
                nomad.createVariable(path, items);
            }
            log.info("this process serves the instance as number {}", next);
        } catch (NomadException.Conflict faster) {
            log.debug("the epoch was raised by somebody else meanwhile: {}", faster.getMessage());
        }
    }

    private void supersede(long number, String by) {
        String text = "another process has taken over: it raised " + path + " from " + mine + " to " + number
                + " (it calls itself " + by
                + "); this one ends. Two services need two instance names (runners.instance)";
        superseded.complete(text);
        throw new NomadException.Superseded(text);
    }

    private void lock() {
        try {
            if (!asking.tryLock(PATIENCE, TimeUnit.NANOSECONDS)) {
                throw busy(new TimeoutException());
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw busy(stopping);
        }
    }

    private NomadException busy(Exception cause) {
        return new NomadException.Unreachable("the question for " + path + " is still not answered", false, cause);
    }

    private boolean ours(Variable entry) {
        return process.equals(processOf(entry));
    }

    private static String processOf(Variable entry) {
        return entry.items().getOrDefault(PROCESS, "");
    }

    /** What cannot be read counts as nothing. */
    private static long number(Variable entry) {
        try {
            return Math.max(0, Long.parseLong(entry.items().getOrDefault(NUMBER, "")));
        } catch (NumberFormatException damaged) {
            log.warn("{} does not hold a number; it is written anew", entry.path());
            return 0;
        }
    }
}
