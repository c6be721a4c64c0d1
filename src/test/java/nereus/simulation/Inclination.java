package nereus.simulation;

import java.util.Set;

/** What a history is made to have more of, so that it finds a certain kind of mistake sooner. */
record Inclination(Set<Fault> faults, Set<Act> acts) {
    static final Inclination NONE = new Inclination(Set.of(), Set.of());
}
