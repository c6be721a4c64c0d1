package nereus.simulation;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Which faults a history has, how likely each is at each opportunity, and how often what happened. */
final class Weather {
    private static final double INCLINED = 0.15;

    private final SplittableRandom random;
    private final Inclination inclination;
    private final Set<Fault> possible = EnumSet.noneOf(Fault.class);
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final Map<Act, Integer> acts = new EnumMap<>(Act.class);
    private final double likelihood;
    private boolean fair;

    Weather(SplittableRandom random, Inclination inclination) {
        this.random = random;
        this.inclination = inclination;
        // Few kinds at once find what many at once hide, and the other way round.
        double kinds = new double[]{0.05, 0.2, 0.5, 0.9}[random.nextInt(4)];
        for (Fault fault : Fault.values()) {
            if (random.nextDouble() < kinds) {
                possible.add(fault);
            }
        }
        possible.addAll(inclination.faults());
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
        boolean inclined = inclination.faults().contains(fault);
        double likely = (inclined ? Math.max(INCLINED, likelihood) : likelihood) * times;
        boolean strikes = !fair && possible.contains(fault) && random.nextDouble() < likely;
        if (strikes) {
            faults.merge(fault, 1, Integer::sum);
        }
        return strikes;
    }

    /** One of these faults, as likely as another, but for those that are to happen more often. */
    Fault oneOf(List<Fault> some) {
        List<Fault> preferred = some.stream().filter(inclination.faults()::contains).toList();
        List<Fault> choice = preferred.isEmpty() || random.nextBoolean() ? some : preferred;
        return choice.get(random.nextInt(choice.size()));
    }

    boolean inclines(Fault fault) {
        return inclination.faults().contains(fault);
    }

    boolean inclines(Act act) {
        return inclination.acts().contains(act);
    }

    boolean inclinesToChange() {
        return inclines(Act.DEFINITION_CHANGE) || inclines(Act.FORCED_PULL) || inclines(Act.DELETE);
    }

    void count(Act act) {
        acts.merge(act, 1, Integer::sum);
    }

    Map<Fault, Integer> faults() {
        return faults;
    }

    Map<Act, Integer> acts() {
        return acts;
    }
}
