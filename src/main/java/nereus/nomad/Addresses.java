package nereus.nomad;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The agents of the cluster, the one that answered last first. An agent that answers for want of a leader, or of patience, is no better than a dead one. */
final class Addresses {
    private final List<Address> all;
    private final AtomicInteger first = new AtomicInteger();

    Addresses(NomadSettings settings) {
        all = settings.addresses().stream().map(Address::of).toList();
    }

    /** All of them, in the order in which they should be tried now. */
    List<Address> inOrder() {
        int start = first.get();
        List<Address> order = new ArrayList<>(all.size());
        for (int i = 0; i < all.size(); i++) {
            order.add(all.get((start + i) % all.size()));
        }
        return order;
    }

    void answered(Address address) {
        first.set(all.indexOf(address));
    }

    /** Guard against two callers that met the same dead agent: only the first of them moves on. */
    void failed(Address address) {
        int index = all.indexOf(address);
        first.compareAndSet(index, (index + 1) % all.size());
    }
}
