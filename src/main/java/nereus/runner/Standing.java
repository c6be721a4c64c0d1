package nereus.runner;

import java.util.List;

/**
 * The runners of one environment in which somebody may soon want to work.
 *
 * @param taken those that somebody has, or is about to have, the one that was used last first
 * @param next those that can be handed out, in the order in which they will be
 */
public record Standing(List<Claimed> taken, List<Claimed> next) {}
