package nereus.devagent.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last transactions' events, and those who follow them. Nomad keeps 100 transactions and drops the older ones without a
 * word; whoever reads slower than that is cut off.
 *
 * <p>Like the model it is used under the model's lock.
 */
public final class EventFeed {

    static final int KEPT = 100;

    /** A transaction's events, linked to the next. */
    private static final class Item {
        private final long index;
        private final List<Event> events;
        private @Nullable Item next;
        private boolean dropped;

        Item(long index, List<Event> events) {
            this.index = index;
            this.events = events;
        }
    }

    private Item oldest = new Item(0, List.of());
    private Item newest = oldest;
    private int size;
    private final List<Runnable> listeners = new ArrayList<>();

    /** Calls {@code listener} after each new line, under the model's lock: it must only hand on. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    public void unlisten(Runnable listener) {
        listeners.remove(listener);
    }

    void publish(long index, List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        Item item = new Item(index, List.copyOf(events));
        newest.next = item;
        newest = item;
        if (size == 0) {
            oldest = item;
        }
        size++;
        while (size > KEPT && oldest.next != null) {
            oldest.dropped = true;
            oldest = oldest.next;
            size--;
        }
        List.copyOf(listeners).forEach(Runnable::run);
    }

    /** Forgets all that is kept; who has not read it yet is cut off. */
    public void empty() {
        Item last = new Item(newest.index, List.of());
        newest.next = last;
        for (Item item = oldest; item != last && item != null; item = item.next) {
            item.dropped = true;
        }
        oldest = last;
        newest = last;
        size = 0;
        List.copyOf(listeners).forEach(Runnable::run);
    }

    /**
     * Subscribes as Nomad does: 0 begins with the oldest kept; an index that is kept begins at it, inclusive; an older one at the
     * oldest kept, a missing one at the next, a newer one at the last, without a word about it.
     */
    public Subscription subscribe(long index, List<Event.Topic> topics, String namespace) {
        Item first = oldest;
        if (index > first.index) {
            for (Item next = first.next; next != null; next = next.next) {
                first = next;
                if (index <= next.index) {
                    break;
                }
            }
        }
        return new Subscription(first, topics, namespace);
    }

    /** One reader of the feed. */
    public static final class Subscription {

        private final List<Event.Topic> topics;
        private final String namespace;
        private Item at;
        private boolean delivered;
        private boolean cut;

        private Subscription(Item first, List<Event.Topic> topics, String namespace) {
            this.at = first;
            this.topics = topics;
            this.namespace = namespace;
        }

        /** The next transaction's matching events; null when there is none for now. */
        public @Nullable List<Event> poll() {
            while (!cut) {
                if (at.dropped && !delivered) {
                    cut = true;
                    break;
                }
                if (delivered) {
                    if (at.next == null) {
                        return null;
                    }
                    // Guard against a slow reader: what it would read next may be gone from the buffer.
                    if (at.next.dropped) {
                        cut = true;
                        break;
                    }
                    at = at.next;
                }
                delivered = true;
                List<Event> matched = Event.matching(at.events, topics, namespace);
                if (matched != null) {
                    return matched;
                }
            }
            return null;
        }

        /** Whether the reader was too slow; nothing comes any more. */
        public boolean cut() {
            return cut;
        }
    }
}
