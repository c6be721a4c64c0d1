package nereus.simulation;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Which faults a history has, and how likely each is at each opportunity. */
final class Weather {
    private final SplittableRandom random;
    private final Set<Fault> possible = EnumSet.noneOf(Fault.class);
    private final Map<Fault, Integer> happened = new EnumMap<>(Fault.class);
    private final double likelihood;
    private boolean fair;

    Weather(SplittableRandom random) {
        this.random = random;
        // Few kinds at once find what many at once hide, and the other way round.
        double kinds = new double[]{0.05, 0.2, 0.5, 0.9}[random.nextInt(4)];
        for (Fault fault : Fault.values()) {
            if (random.nextDouble() < kinds) {
                possible.add(fault);
            }
        }
        likelihood = new double[]{0.02, 0.1, 0.3}[random.nextInt(3)];
    }

    /** From now on nothing goes wrong. */
    void clear() {
        fair = true;
    }

    boolean strikes(Fault fault) {
        return strikes(fault, 1);
    }

    /** @param times how much more often than usual */
    boolean strikes(Fault fault, double times) {
        boolean strikes = !fair && possible.contains(fault) && random.nextDouble() < likelihood * times;
        if (strikes) {
            happened.merge(fault, 1, Integer::sum);
        }
        return strikes;
    }

    Map<Fault, Integer> happened() {
        return happened;
    }
}
