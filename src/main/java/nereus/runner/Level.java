package nereus.runner;

import java.util.List;

/**
 * What the fleet holds of one environment, as the refill reads it.
 *
 * @param starting runners of the wanted revision that do not run yet
 * @param idle ids of healthy idle runners of the wanted revision, oldest first
 * @param unfit ids of starting or idle runners that must be replaced: old revision, too old, on a node that drains or is down
 */
public record Level(int starting, List<String> idle, List<String> unfit) {}
