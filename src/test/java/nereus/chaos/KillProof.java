package nereus.chaos;

import static nereus.Frontend.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import nereus.Frontend;

/**
 * The judge: workers claim, use and return runners while service or agent are killed with signal 9 at moments that a seed chooses.
 * After each kill every runner of the book on disk must still serve its client; at the end everything is returned, and Nomad must
 * hold the pool and nothing else.
 */
final class KillProof implements AutoCloseable {
    private static final int TARGET = 20;
    private static final int WORKERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What is killed. */
    enum Victim {
        SERVICE, SERVICE_TWICE, AGENT, BOTH
    }

    private final SplittableRandom random;
    private final long seed;
    private final Stage stage;
    private final AckBook book;
    private final Figures figures = new Figures();
    private final Gate gate = new Gate();
    private final List<Thread> workers = new ArrayList<>();

    KillProof(Path work, long seed) throws Exception {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.book = new AckBook(work.resolve("acknowledged.txt"));
        try {
            this.stage = new Stage(work, random);
        } catch (Exception failed) {
            book.close();
            throw failed;
        }
    }

    Figures figures() {
        return figures;
    }

    Set<String> twice() {
        return book.twice();
    }

    String table() {
        return figures.table(book, seed);
    }

    /** Fills the pool and lets the workers in. */
    void begin() {
        Frontend.Reply put = stage.frontend().putEnvironment(Stage.ENVIRONMENT, TARGET);
        if (put.status() != 201) {
            throw new AssertionError("the environment was answered " + put);
        }
        idle();
        for (int i = 0; i < WORKERS; i++) {
            Worker worker = new Worker(stage, book, figures, gate, random.split());
            workers.add(Thread.ofPlatform().name("worker-" + i).start(worker));
        }
        stage.steady();
        gate.open();
    }

    /** Lets the workers work for a while, kills, and looks whether all promises were kept. */
    void kill(Victim victim) throws Exception {
        pause(50, 1200);
        long killed = System.nanoTime();
        switch (victim) {
            case SERVICE -> stage.killService();
            case SERVICE_TWICE -> {
                stage.killService();
                pause(0, 900);
                figures.serviceKills++;
                killed = System.nanoTime();
                stage.killService();
            }
            case AGENT -> stage.killAgent();
            case BOTH -> stage.killBoth(this::checkWhatTheAgentKept);
        }
        boolean agent = victim == Victim.AGENT || victim == Victim.BOTH;
        if (victim == Victim.BOTH) {
            figures.bothKills++;
        } else if (agent) {
            figures.agentKills++;
        } else {
            figures.serviceKills++;
        }
        if (random.nextBoolean()) {
            gate.hold();
        }
        recover(killed, agent);
        gate.hold();
        check(agent);
        stage.steady();
        gate.open();
    }

    /** A kill at any moment of the workers' steps is what this is about: nothing is waited for here. */
    private void pause(int least, int most) {
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(least, most)).toNanos());
    }

    private void recover(long killed, boolean agent) {
        within("a runner is claimed again", this::claimed);
        if (!agent) {
            figures.firstClaim(System.nanoTime() - killed);
        }
        within("the service is ready", () -> stage.frontend().call("GET", "/readyz", null).status() == 200);
        long ready = System.nanoTime();
        gate.hold();
        idle();
        if (agent) {
            figures.idleAfterAgent(System.nanoTime() - killed);
        } else {
            figures.idle(System.nanoTime() - ready);
        }
    }

    private boolean claimed() {
        Frontend.Reply reply = stage.frontend().tryClaim(Stage.ENVIRONMENT, 24 * 3600);
        if (reply.status() == 200) {
            book.claimed(reply.json().path("runnerId").asText());
        }
        return reply.status() == 200;
    }

    private void idle() {
        within("idle = " + TARGET, () -> stage.frontend().idle(Stage.ENVIRONMENT) == TARGET);
    }

    /** What was acknowledged was on the agent's disk. */
    private void checkWhatTheAgentKept() {
        AckBook.Read read = read();
        Set<String> claims = stage.ledger("claims");
        Set<String> released = stage.ledger("released");
        Set<String> jobs = stage.runnerJobs();
        for (String id : read.live()) {
            if (!claims.contains(id) || !jobs.contains(id)) {
                figures.broken(
                        id + " was claimed, and the agent has lost its " + (jobs.contains(id) ? "entry" : "job"));
            }
        }
        for (String id : read.returned()) {
            if (claims.contains(id) && !released.contains(id)) {
                figures.broken(id + " was returned, and the agent knows nothing of it, "
                        + (jobs.contains(id) ? "but its job" : "nor its job"));
            }
        }
    }

    /**
     * Each live runner of the book must serve its client.
     *
     * @param died whether the containers of before died with the agent: then their runners may be gone, but only then
     */
    private void check(boolean died) {
        try (ExecutorService clients = Executors.newFixedThreadPool(WORKERS)) {
            read().live().forEach(id -> clients.execute(() -> check(id, died)));
        }
    }

    private void check(String id, boolean died) {
        Optional<String> wrong = Worker.use(stage.frontend(), id);
        synchronized (figures) {
            figures.checks++;
            if (wrong.isPresent() && died && wrong.get().contains("status=410")) {
                figures.died++;
                book.gone(id);
            } else {
                wrong.ifPresent(how -> figures.broken("after a kill, " + id + " " + how));
            }
        }
    }

    private AckBook.Read read() {
        try {
            return book.read();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Returns everything; Nomad must then hold the pool alone, and the ledger nobody. */
    void end() {
        gate.hold();
        for (String id : book.open()) {
            boolean again = book.isReturning(id);
            book.returning(id);
            int status = stage.frontend().release(id);
            if (status == 204) {
                book.returned(id, true);
            } else if (again && status == 410) {
                book.gone(id);
            } else {
                figures.broken("at the end, the return of " + id + " was answered " + status);
            }
        }
        within("the returned runners left the ledger", () -> {
            Set<String> claims = stage.ledger("claims");
            claims.removeAll(stage.ledger("released"));
            for (String id : claims) {
                // A claim whose answer a kill cut off: no client knows of it, so nobody but an operator can return it.
                if (!book.wasClaimed(id) && stage.frontend().release(id) == 204) {
                    figures.claimAnswersLost++;
                }
            }
            return stage.ledger("claims").isEmpty() && stage.ledger("released").isEmpty();
        });
        within("Nomad holds the pool and nothing else",
                () -> stage.frontend().idle(Stage.ENVIRONMENT) == TARGET
                        && stage.frontend().used(Stage.ENVIRONMENT) == 0 && stage.runnerJobs().size() == TARGET);
    }

    /** Asks until it is so. What a kill takes longer than that is broken, however busy the machine. */
    private static void within(String what, BooleanSupplier so) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        AssertionError[] late = new AssertionError[1];
        do {
            try {
                eventually(what, so);
                return;
            } catch (AssertionError notYet) {
                late[0] = notYet;
            }
        } while (System.nanoTime() < deadline);
        throw late[0];
    }

    @Override
    public void close() throws IOException {
        gate.sendHome();
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
        try {
            stage.close();
        } finally {
            book.close();
        }
    }
}
