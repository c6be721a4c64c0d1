package nereus.simulation;

import java.util.SplittableRandom;

/**
 * What is set for all processes of a history.
 *
 * @param forcePull whether a put that changes nothing replaces the idle runners
 * @param replacements how many idle runners may be on their way to be replaced at once
 * @param plain whether the first environment begins as a plain template, as Poseidon left it
 */
record Setup(boolean forcePull, int replacements, boolean plain) {
    static Setup random(SplittableRandom random, Weather weather) {
        boolean forcePull = random.nextInt(4) == 0 || weather.inclines(Act.FORCED_PULL);
        boolean plain = random.nextInt(5) == 0 || weather.inclines(Act.PLAIN_TEMPLATE);
        Setup setup = new Setup(forcePull, new int[]{1, 3, 16}[random.nextInt(3)], plain);
        if (plain) {
            weather.count(Act.PLAIN_TEMPLATE);
        }
        if (forcePull) {
            weather.count(Act.FORCED_PULL);
        }
        return setup;
    }
}
