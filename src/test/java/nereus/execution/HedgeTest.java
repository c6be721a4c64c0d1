package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Whichever of two comes first counts, and nothing of the other is left. */
class HedgeTest {
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofHours(1);

    private final Vertx vertx = Vertx.vertx();
    private final Promise<Standing> one = Promise.promise();
    private final Promise<Standing> another = Promise.promise();
    private volatile boolean begun;

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void whatComesInTimeIsAlone() throws Exception {
        Future<Standing> first = first(NEVER);
        var channel = new Standing();
        one.complete(channel);
        assertSame(channel, get(first));
        assertFalse(begun);
    }

    @Test
    void whatIsThereAlreadyIsAlone() throws Exception {
        var channel = new Standing();
        one.complete(channel);
        assertSame(channel, get(first(SOON)));
        assertFalse(begun);
    }

    @Test
    void whatTakesLongHasAnotherBesideItAndIsSentAwayShouldItComeLater() throws Exception {
        Future<Standing> first = first(SOON);
        Stage.eventually("another is begun", () -> begun);
        var faster = new Standing();
        another.complete(faster);
        assertSame(faster, get(first));
        var late = new Standing();
        one.complete(late);
        assertEquals(1, late.dismissed);
        assertEquals(0, faster.dismissed);
    }

    @Test
    void theFirstMayStillComeBeforeTheOther() throws Exception {
        Future<Standing> first = first(SOON);
        Stage.eventually("another is begun", () -> begun);
        var slow = new Standing();
        one.complete(slow);
        assertSame(slow, get(first));
        var late = new Standing();
        another.complete(late);
        assertEquals(1, late.dismissed);
    }

    @Test
    void whatFailsHasAnotherInItsPlaceAtOnce() throws Exception {
        Future<Standing> first = first(NEVER);
        one.fail("lost");
        var channel = new Standing();
        another.complete(channel);
        assertSame(channel, get(first));
    }

    @Test
    void onlyWhenBothHaveFailedItFailsAsTheOtherDid() {
        Future<Standing> first = first(SOON);
        Stage.eventually("another is begun", () -> begun);
        another.fail("the other");
        assertFalse(first.isComplete());
        one.fail("the one");
        var failure = Assertions.assertThrows(ExecutionException.class, () -> get(first));
        assertTrue(String.valueOf(failure.getMessage()).endsWith("the other"), failure.toString());
    }

    private Future<Standing> first(Duration patience) {
        return new Hedge(vertx, patience).first(one.future(), () -> {
            begun = true;
            return another.future();
        });
    }

    private static Standing get(Future<Standing> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static final class Standing implements Standby {
        private int dismissed;

        @Override
        public Channel channel() {
            throw new AssertionError("nobody asks");
        }

        @Override
        public void stand(Consumer<Channel.Loss> lost) {
            throw new AssertionError("nobody listens");
        }

        @Override
        public void beat() {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Future<Void> dismiss() {
            dismissed++;
            return Future.succeededFuture();
        }
    }
}
