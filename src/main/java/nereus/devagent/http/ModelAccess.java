package nereus.devagent.http;

import java.util.function.Function;
import nereus.devagent.model.ClusterModel;

/** The cluster model behind its lock. What a function gives out must not be the model itself. */
public interface ModelAccess {

    /** Reads; the lock is held for the function's length only. May be called from an event loop. */
    <T> T read(Function<ClusterModel, T> what);

    /**
     * Changes, and waits until the change is kept where a state is kept. Blocks: for virtual threads only.
     *
     * @throws nereus.devagent.model.Refused with 500 when it cannot be kept; where that is known before, nothing changes
     */
    <T> T write(Function<ClusterModel, T> what);

    /** Takes in what happened by itself, which cannot be refused, and which nobody is answered for. */
    <T> T note(Function<ClusterModel, T> what);
}
