package nereus.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import nereus.InMemoryNomad;
import nereus.nomad.NomadException;
import org.junit.jupiter.api.Test;

/** One process at a time. */
class EpochTest {
    private static final String PATH = "nereus/here/epoch";
    private final InMemoryNomad nomad = new InMemoryNomad();
    private final Epoch first = new Epoch(nomad, "here", "first");

    @Test
    void eachStartRaisesIt() {
        first.confirm();
        assertEquals("1", number());
        new Epoch(nomad, "here", "second").confirm();
        assertEquals("2", number());
    }

    @Test
    void whoeverSeesAHigherOneIsSupersededForEver() {
        first.confirm();
        Epoch second = new Epoch(nomad, "here", "second");
        second.confirm();
        NomadException refused = assertThrows(NomadException.Superseded.class, first::confirm);
        assertTrue(refused.getMessage().contains("from 1 to 2"), refused.getMessage());
        assertTrue(first.superseded().toCompletableFuture().isDone());
        nomad.calls.clear();
        assertThrows(NomadException.Superseded.class, first::confirm);
        assertEquals(List.of(), nomad.calls);
        second.confirm();
        assertFalse(second.superseded().toCompletableFuture().isDone());
    }

    @Test
    void aRaiseWhoseAnswerIsLostCountsOnceItIsSeen() {
        nomad.failAfter("createVariable",
                new NomadException.Unreachable("timed out", true, new IllegalStateException()));
        assertThrows(NomadException.Unreachable.class, first::confirm);
        first.confirm();
        assertEquals("1", number());
    }

    @Test
    void twoThatStartTogetherGetDifferentNumbers() {
        Epoch second = new Epoch(nomad, "here", "second");
        nomad.during("createVariable", second::confirm);
        first.confirm();
        assertEquals("2", number());
        assertThrows(NomadException.Superseded.class, second::confirm);
        first.confirm();
    }

    @Test
    void anEpochThatWasRemovedOrDamagedByHandIsWrittenAnewAndHigher() {
        first.confirm();
        nomad.deleteVariable(PATH);
        first.confirm();
        assertEquals("2", number());
        nomad.updateVariable(PATH, Map.of("number", "soon"),
                Objects.requireNonNull(nomad.variables.get(PATH)).modifyIndex());
        first.confirm();
        assertEquals("3", number());
        Epoch second = new Epoch(nomad, "here", "second");
        second.confirm();
        assertThrows(NomadException.Superseded.class, first::confirm);
    }

    @Test
    void thoseWhoWaitTogetherShareOneQuestion() throws InterruptedException {
        first.confirm();
        nomad.calls.clear();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        nomad.during("variable", () -> {
            begun.countDown();
            try {
                assertTrue(go.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        List<Thread> waiting = new ArrayList<>(List.of(Thread.ofPlatform().start(first::confirm)));
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        for (int i = 0; i < 20; i++) {
            waiting.add(Thread.ofPlatform().start(first::confirm));
        }
        // All of them wait for the lock now, so none of their questions has begun.
        for (Thread thread : waiting.subList(1, 21)) {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
        go.countDown();
        for (Thread thread : waiting) {
            thread.join();
        }
        assertEquals(2, nomad.calls.size());
    }

    private String number() {
        return Objects.requireNonNull(Objects.requireNonNull(nomad.variables.get(PATH)).items().get("number"));
    }
}
