package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nereus.PretendedTicker;
import nereus.clock.Lull;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How fast is opened what nobody waits for yet. */
class PaceTest {
    private final PretendedTicker ticker = new PretendedTicker();
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Lull lull = new Lull(ticker, Duration.ofSeconds(4));
    private final Pace pace = new Pace(vertx, 2, ticker, new Random(5), lull);
    private final List<String> begun = new ArrayList<>();
    private final Map<String, Promise<Boolean>> open = new HashMap<>();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void aFewAreOpenedAtOnceInTheOrderInWhichTheyCame() {
        for (String name : List.of("a", "b", "c", "d"))
            enter(1, name, false);
        assertEquals(List.of("a", "b"), begun());
        succeed("b");
        assertEquals(List.of("a", "b", "c"), begun());
        succeed("a");
        assertEquals(List.of("a", "b", "c", "d"), begun());
    }

    @Test
    void whereSomebodyWorksNobodyWaitsForOthers() {
        for (String name : List.of("a", "b", "c"))
            enter(1, name, false);
        enter(1, "urgent", true);
        assertEquals(List.of("a", "b", "urgent"), begun());
        succeed("urgent");
        assertEquals(List.of("a", "b", "urgent"), begun());
        succeed("a");
        assertEquals(List.of("a", "b", "urgent", "c"), begun());
    }

    @Test
    void whatNobodyWorksInWaitsForALull() {
        lull.serving();
        enter(1, "ahead", false);
        ticker.advance(Duration.ofMillis(999));
        enter(1, "another", false);
        assertEquals(List.of(), begun());
        ticker.advance(Duration.ofMillis(1));
        // Its timer was set in real time, and has a second to go at most.
        Stage.eventually("it is begun", () -> begun().equals(List.of("ahead", "another")));
    }

    @Test
    void whereSomebodyWorksAShortLullIsEnoughAndHalfASecondTheLongestWait() {
        lull.serving();
        enter(1, "urgent", true);
        ticker.advance(Duration.ofMillis(399));
        lull.serving();
        enter(1, "another", true);
        assertEquals(List.of(), begun());
        ticker.advance(Duration.ofMillis(101));
        enter(2, "ahead", false);
        assertEquals(List.of("urgent"), begun());
        ticker.advance(Duration.ofMillis(299));
        enter(2, "further ahead", false);
        assertEquals(List.of("urgent", "another"), begun());
    }

    @Test
    void whatIsNotWantedAnyMoreTakesNoPlace() {
        enter(1, "a", false);
        on(() -> {
            pace.enter(1, false, () -> null);
            return true;
        });
        enter(1, "b", false);
        assertEquals(List.of("a", "b"), begun());
    }

    @Test
    void anEnvironmentInWhichNoneComesAboutPausesLongerAndLongerAndTheOthersGoOn() {
        fail(1, "a");
        assertEquals(0, pace.troubled());
        fail(1, "b");
        assertEquals(1, pace.troubled());
        enter(1, "c", false);
        enter(2, "other", false);
        assertEquals(List.of("a", "b", "other"), begun());
        succeed("other");
        // A second and a fifth at most, then twice as long.
        ticker.advance(Duration.ofMillis(1250));
        enter(2, "look", false);
        assertEquals(List.of("a", "b", "other", "c", "look"), begun());
        succeed("look");
        enter(1, "d", true);
        on(() -> {
            Objects.requireNonNull(open.get("c")).fail("refused");
            return true;
        });
        ticker.advance(Duration.ofMillis(1250));
        enter(2, "look again", false);
        assertEquals(List.of("a", "b", "other", "c", "look", "look again"), begun());
        succeed("look again");
        ticker.advance(Duration.ofMillis(1250));
        enter(2, "last look", false);
        assertEquals(List.of("a", "b", "other", "c", "look", "look again", "d", "last look"), begun());
        succeed("d");
        assertEquals(0, pace.troubled());
    }

    @Test
    void afterAPauseOneIsTriedAndTheRestFollowsOnceItHasCome() {
        fail(1, "a");
        fail(1, "b");
        for (String name : List.of("c", "d", "e"))
            enter(1, name, false);
        ticker.advance(Duration.ofSeconds(2));
        // Its timer was set in real time, and has a second to go at most.
        Stage.eventually("one is tried", () -> begun().equals(List.of("a", "b", "c")));
        succeed("c");
        assertEquals(List.of("a", "b", "c", "d", "e"), begun());
    }

    private void fail(int environment, String name) {
        enter(environment, name, false);
        on(() -> {
            Objects.requireNonNull(open.get(name)).fail("refused");
            return true;
        });
    }

    private void succeed(String name) {
        on(() -> {
            Objects.requireNonNull(open.get(name)).complete(true);
            return true;
        });
    }

    private void enter(int environment, String name, boolean urgent) {
        on(() -> {
            pace.enter(environment, urgent, () -> {
                begun.add(name);
                Promise<Boolean> opening = Promise.promise();
                open.put(name, opening);
                return opening.future();
            });
            return true;
        });
    }

    private List<String> begun() {
        return on(() -> List.copyOf(begun));
    }

    private <T> T on(Callable<T> what) {
        var done = new CompletableFuture<T>();
        loop.runOnContext(v -> {
            try {
                done.complete(what.call());
            } catch (Exception failed) {
                done.completeExceptionally(failed);
            }
        });
        return done.orTimeout(15, TimeUnit.SECONDS).join();
    }
}
