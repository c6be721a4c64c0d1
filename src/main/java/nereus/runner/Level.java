package nereus.runner;

import java.util.List;

/**
 * What the fleet holds of one environment, as the refill reads it.
 *
 * @param starting runners of the wanted revision that do not run yet
 * @param idle ids of healthy idle runners of the wanted revision, oldest first
 * @param unfit ids of starting or idle runners that must be replaced: old revision, too old, on a node that drains or is down
 * @param leaving how many were let go while nobody had them, and are not known to be away
 */
public record Level(int starting, List<String> idle, List<String> unfit, int leaving) {
    public static final Level NONE = new Level(0, List.of(), List.of(), 0);
}
