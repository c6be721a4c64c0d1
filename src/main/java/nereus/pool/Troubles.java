package nereus.pool;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong with environments' starts, for those who are told that there is no runner. */
public final class Troubles {
    private final Map<Integer, String> reasons = new ConcurrentHashMap<>();

    /** True when it is not what went wrong before. */
    boolean arose(int environment, String reason) {
        return !reason.equals(reasons.put(environment, reason));
    }

    void solved(int environment) {
        reasons.remove(environment);
    }

    /** Empty when nothing is wrong. */
    public String of(int environment) {
        return reasons.getOrDefault(environment, "");
    }
}
