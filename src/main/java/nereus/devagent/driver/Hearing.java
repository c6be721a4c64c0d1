package nereus.devagent.driver;

import nereus.devagent.driver.TaskDriver.ExecListener;
import org.jspecify.annotations.Nullable;

/**
 * Who hears of an exec, until nobody wants to or there is nothing more to hear. A process, or what it left behind on its pipes, can
 * outlive its client by far; it must not keep that client's connection.
 */
final class Hearing implements ExecListener {
    private volatile @Nullable ExecListener listener;

    Hearing(ExecListener listener) {
        this.listener = listener;
    }

    @Override
    public void output(boolean stderr, byte[] data) {
        ExecListener present = listener;
        if (present != null) {
            present.output(stderr, data);
        }
    }

    /** Told once, as the last. */
    @Override
    public void exited(int code) {
        ExecListener present = listener;
        listener = null;
        if (present != null) {
            present.exited(code);
        }
    }

    /** Nothing is told any more. */
    void forget() {
        listener = null;
    }
}
