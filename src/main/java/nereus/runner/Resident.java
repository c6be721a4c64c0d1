package nereus.runner;

import java.time.Duration;

/**
 * A runner of the fleet, for people.
 *
 * @param inState for how long it has been so
 * @param allocation empty while it has none
 * @param node on which it is, as Nomad's id; empty while it has none
 * @param claimer who has it; empty while nobody has, or that is not known
 */
public record Resident(String id, int environment, RunnerState state, Duration inState, String allocation, String node,
        String claimer) {}
