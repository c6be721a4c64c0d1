package nereus.devagent.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import nereus.devagent.model.Event.Topic;
import org.junit.jupiter.api.Test;

/** The buffer behind the event stream (Nomad 2.0.5, nomad/stream). */
class EventFeedTest {

    private static final List<Topic> ALL = List.of(new Topic("*", "*"));

    private final EventFeed feed = new EventFeed();

    private void publish(long... indexes) {
        for (long index : indexes) {
            Variable variable = new Variable("v" + index, Map.of(), index, index, 0, 0);
            feed.publish(index, List.of(Event.of(index, "VariableUpdated", variable, false)));
        }
    }

    private static long next(EventFeed.Subscription subscription) {
        List<Event> events = subscription.poll();
        return events == null ? -1 : events.getFirst().index();
    }

    @Test
    void indexZeroReplaysTheWholeBufferAndThenGoesOn() {
        publish(3, 5);
        EventFeed.Subscription reader = feed.subscribe(0, ALL, "default");
        assertEquals(3, next(reader));
        assertEquals(5, next(reader));
        assertNull(reader.poll());
        publish(9);
        assertEquals(9, next(reader));
    }

    @Test
    void aKeptIndexIsGivenAgain() {
        publish(3, 5, 9);
        assertEquals(5, next(feed.subscribe(5, ALL, "default")));
    }

    @Test
    void aMissingIndexBeginsAtTheNextAndANewerOneAtTheLast() {
        publish(3, 5, 9);
        assertEquals(9, next(feed.subscribe(7, ALL, "default")));
        EventFeed.Subscription newer = feed.subscribe(100, ALL, "default");
        assertEquals(9, next(newer), "an old event is delivered again");
        assertNull(newer.poll());
    }

    @Test
    void onlyAHundredTransactionsAreKeptAndTheLossIsSilent() {
        publish(LongStream.rangeClosed(1, 150).toArray());
        assertEquals(51, next(feed.subscribe(10, ALL, "default")));
        assertEquals(51, next(feed.subscribe(0, ALL, "default")));
    }

    @Test
    void aReaderThatFallsBehindTheBufferIsCutOff() {
        publish(1);
        EventFeed.Subscription slow = feed.subscribe(0, ALL, "default");
        assertEquals(1, next(slow));
        publish(LongStream.rangeClosed(2, 200).toArray());
        assertNull(slow.poll());
        assertTrue(slow.cut());
    }

    @Test
    void anEventThatTwoTopicsMatchIsGivenTwice() {
        publish(1);
        List<Event> events = feed
                .subscribe(0, List.of(new Topic("Variable", "v1"), new Topic("Variable", "*")), "default")
                .poll();
        assertNotNull(events);
        assertEquals(2, events.size());
    }

    @Test
    void eventsOfOtherTopicsKeysAndNamespacesAreLeftOut() {
        publish(1);
        assertNull(feed.subscribe(0, List.of(new Topic("Job", "*")), "default").poll());
        assertNull(feed.subscribe(0, List.of(new Topic("Variable", "v2")), "default").poll());
        assertNull(feed.subscribe(0, ALL, "other").poll());
        assertNotNull(feed.subscribe(0, ALL, "*").poll());
    }
}
