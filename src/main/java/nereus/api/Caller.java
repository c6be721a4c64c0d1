package nereus.api;

import java.util.List;

/** Who asks: what else its request's head says, and whether it is still there. */
interface Caller {
    /** Every value of a header, as it came. */
    List<String> headers(String name);

    /** Tells when its connection has ended before it was answered; at once if it has already. On its event loop, so it must not block. */
    void whenGone(Runnable told);
}
