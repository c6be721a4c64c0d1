package nereus.pool;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** What goes wrong with environments' starts, for those who are told that there is no runner. */
public final class Troubles {
    /** Of runners, allocations and containers: the same trouble names another one each time. */
    private static final Pattern IDS = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}");
    private final Map<Integer, String> reasons = new ConcurrentHashMap<>();

    /** True when it is not what went wrong before. */
    boolean arose(int environment, String reason) {
        String before = reasons.put(environment, reason);
        return before == null || !kind(before).equals(kind(reason));
    }

    private static String kind(String reason) {
        return IDS.matcher(reason).replaceAll("");
    }

    void solved(int environment) {
        reasons.remove(environment);
    }

    /** Empty when nothing is wrong. */
    public String of(int environment) {
        return reasons.getOrDefault(environment, "");
    }
}
