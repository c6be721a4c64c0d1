package nereus.simulation;

import java.util.Map;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import nereus.environment.Environment;

/**
 * What the clients who change environments were answered: which definitions each may have now. Exactly one after a put that was
 * answered; more while a change is on its way, or once one has failed of which nobody knows whether it comes through.
 */
final class Definitions {
    /** One environment; an empty definition stands for none. */
    private static final class Known {
        final Set<Optional<Environment>> now = new HashSet<>(Set.of(Optional.empty()));
        /** What Nomad may hold all the same: a process that reads it takes it over. */
        final Set<Optional<Environment>> late = new HashSet<>();
        /** The change that is on its way, if it is not among {@link #now} anyway. */
        Optional<Optional<Environment>> asked = Optional.empty();
        /** How often its template vanished since the last put that was answered began. */
        int vanished;
        int vanishedBefore;
        /** A deletion may have come through, or may yet. */
        boolean deletedLate;
    }

    private final Map<Integer, Known> environments = new TreeMap<>();

    private Known of(int id) {
        return environments.computeIfAbsent(id, key -> new Known());
    }

    /** Nomad held this before there was any process. */
    void given(Environment environment) {
        Known known = of(environment.id());
        known.now.clear();
        known.now.add(Optional.of(environment));
    }

    /** A put ({@code wanted}) or a deletion begins. */
    void asked(int id, Optional<Environment> wanted) {
        Known known = of(id);
        known.asked = known.now.add(wanted) ? Optional.of(wanted) : Optional.empty();
        known.vanishedBefore = known.vanished;
    }

    /** It was answered. */
    void done(int id, Optional<Environment> wanted) {
        Known known = of(id);
        known.now.clear();
        known.now.add(wanted);
        known.asked = Optional.empty();
        known.vanished -= known.vanishedBefore;
    }

    /** @param certain whether it certainly has no effect */
    void failed(int id, Optional<Environment> wanted, boolean certain) {
        Known known = of(id);
        if (!certain) {
            known.late.add(wanted);
            known.deletedLate |= wanted.isEmpty();
        } else if (known.asked.isPresent()) {
            known.now.remove(wanted);
        }
        known.asked = Optional.empty();
    }

    /** A process was killed, whatever it was about to change. */
    void killed() {
        environments.values().forEach(known -> {
            known.late.addAll(known.now);
            known.deletedLate |= known.now.contains(Optional.<Environment>empty());
            known.asked = Optional.empty();
        });
    }

    /** Somebody else took its template away. What puts it back may come late. */
    void vanished(int id) {
        Known known = of(id);
        known.vanished++;
        known.late.addAll(known.now);
        known.late.add(Optional.empty());
    }

    /**
     * A process takes over what Nomad holds.
     *
     * @param away whether Nomad shows no template
     */
    void read(IntPredicate away) {
        environments.forEach((id, known) -> {
            boolean absent = known.late.contains(Optional.<Environment>empty()) && away.test(id);
            known.late.stream().filter(definition -> definition.isPresent() || absent).forEach(known.now::add);
        });
    }

    boolean mayBe(int id, Optional<Environment> definition) {
        return of(id).now.contains(definition);
    }

    boolean mayBeAbsent(int id) {
        return mayBe(id, Optional.empty());
    }

    boolean mayHave(int id, String image) {
        return of(id).now.stream().flatMap(Optional::stream).anyMatch(one -> one.image().equals(image));
    }

    boolean mayHaveOther(int id, String image) {
        return of(id).now.stream().flatMap(Optional::stream).anyMatch(one -> !one.image().equals(image));
    }

    /** Whether its template may be missing although it is known: it was put back once already. */
    boolean mayLackTemplate(int id) {
        return of(id).vanished > 1 || of(id).deletedLate;
    }

    Set<Integer> ids() {
        return environments.keySet();
    }

    String text(int id) {
        return of(id).now.toString();
    }
}
