package nereus.runner;

/**
 * How many runners one environment has, counted twice.
 *
 * @param fleet what the fleet counts as alive, those that are being cleared away included
 * @param nomad the jobs with our mark that Nomad lists
 */
public record Headcount(int environment, int fleet, int nomad) {}
