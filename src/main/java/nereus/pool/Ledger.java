package nereus.pool;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nereus.environment.RunnerJob;
import nereus.environment.SavedDefinitions;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;
import nereus.runner.Clearing;
import nereus.runner.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which runners are claimed, as Nomad durably holds it: one variable for each claim, {@code nereus/<instance>/claims/<runner>},
 * created with {@code cas=0}, which is also the fence between two processes. A return is noted beside it, {@code released/<runner>},
 * before it is answered. Both go only after the runner's job is gone. Blocks; throws {@link NomadException}.
 */
public final class Ledger {
    /** What an entry that cannot be read counts as: claimed, and released after a minute without use. */
    private static final Duration UNREADABLE = Duration.ofSeconds(60);
    private static final Lease GONE = new Lease("-", Instant.EPOCH, UNREADABLE, "");
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);

    private final Nomad nomad;
    private final String prefix;
    private final String process;
    /** Paths that were told to be none of ours: each is told once. */
    private final Set<String> strangers = ConcurrentHashMap.newKeySet();

    /** @param process names this process among all that ever wrote here, so that it knows its own entries */
    public Ledger(Nomad nomad, String instance, String process) {
        this.nomad = nomad;
        this.process = process;
        this.prefix = "nereus/" + instance + "/";
    }

    /**
     * The ledger's pages: the claimed runners and those that were given back. Environments stand under the same prefix while their
     * definition is saved.
     */
    public record Book(Set<String> claimed, Set<String> released, Set<Integer> saved) {}

    /** The list that Nomad shows is not to be believed; the message names the missing right. */
    public static final class NotBelieved extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NotBelieved(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /**
     * Enters a claim.
     *
     * @throws NomadException.Conflict when the runner is in the ledger already
     */
    void enter(String runnerId, Lease lease) {
        Map<String, String> items = new LinkedHashMap<>();
        items.put("process", process);
        items.put("claimer", lease.claimer().isEmpty() ? "-" : lease.claimer());
        items.put("since", lease.since().toString());
        items.put("timeout", Long.toString(lease.inactivityTimeout().toSeconds()));
        items.put("allocation", lease.allocationId());
        nomad.createVariable(claim(runnerId), items);
    }

    /**
     * Makes an uncertain entry certain, by writing it again: afterwards it is there.
     *
     * @return the lease of another process whose claim it is; empty when it is ours
     */
    Optional<Lease> settle(String runnerId) {
        try {
            nomad.createVariable(claim(runnerId), Map.of("process", process));
            return Optional.empty();
        } catch (NomadException.Conflict there) {
            return nomad.variable(claim(runnerId)).filter(entry -> !process.equals(entry.items().get("process")))
                    .map(Ledger::read);
        }
    }

    /** Notes that a runner was given back, so that a crash before its purge does not leave it claimed. */
    void noteReleased(String runnerId) {
        ensure(released(runnerId));
    }

    /** Removes what is written of a runner whose job is gone; the note last, so that a crash between leaves no claim alone. */
    void remove(Clearing gone) {
        if (gone.claimed()) {
            nomad.deleteVariable(claim(gone.id()));
        }
        if (gone.noted()) {
            nomad.deleteVariable(released(gone.id()));
        }
    }

    /**
     * The lease of a claimed runner, as it was written; what is damaged counts as claimed, with a timeout of a minute. One that was
     * removed since it was listed belongs to a runner that is gone, which the fleet will find out by itself.
     *
     * @throws NotBelieved without the right to read
     */
    public Lease lease(String runnerId) {
        try {
            return nomad.variable(claim(runnerId)).map(Ledger::read).orElse(GONE);
        } catch (NomadException.Forbidden forbidden) {
            throw new NotBelieved(
                    "claims cannot be read: " + forbidden.getMessage() + "; the token needs the right `read` in "
                            + policy());
        }
    }

    /**
     * Reads all paths. A sentinel stands under the same prefix: without the right to list, Nomad 2.0.5 answers 200 and an empty
     * list, and whoever believed it would hand every claimed runner out again.
     *
     * @throws NotBelieved when the list does not show the sentinel
     */
    public Book read() {
        Optional<Book> book = list();
        if (book.isEmpty()) {
            putSentinel();
            book = list();
        }
        return book.orElseThrow(() -> new NotBelieved(
                "Nomad lists no variables under " + prefix
                        + " although they are there: the token lacks the right `list` in "
                        + policy()));
    }

    private Optional<Book> list() {
        Set<String> claimed = new HashSet<>();
        Set<String> released = new HashSet<>();
        Set<Integer> saved = new HashSet<>();
        boolean sentinel = false;
        for (Variable variable : nomad.variables(prefix).rows()) {
            String rest = variable.path().substring(prefix.length());
            if (rest.equals("sentinel")) {
                sentinel = true;
            } else if (SavedDefinitions.environmentOf(rest).isPresent()) {
                SavedDefinitions.environmentOf(rest).ifPresent(saved::add);
            } else if (RunnerJob.environmentOf(rest.substring(rest.indexOf('/') + 1)).isEmpty()) {
                // Guard against a path that somebody else wrote: it must never lead to a purge of the job it names.
                if (strangers.add(variable.path())) {
                    log.warn("the variable {} is none of ours; it is left alone", variable.path());
                }
            } else if (rest.startsWith("claims/")) {
                claimed.add(rest.substring("claims/".length()));
            } else if (rest.startsWith("released/")) {
                released.add(rest.substring("released/".length()));
            }
        }
        return sentinel ? Optional.of(new Book(claimed, released, saved)) : Optional.empty();
    }

    private void putSentinel() {
        try {
            ensure(prefix + "sentinel");
        } catch (NomadException.Forbidden forbidden) {
            throw new NotBelieved("the ledger of claims cannot be written: " + forbidden.getMessage()
                    + "; the token needs the right `write` in " + policy());
        }
    }

    private void ensure(String path) {
        try {
            nomad.createVariable(path, Map.of("by", "nereus"));
        } catch (NomadException.Conflict there) {
            log.debug("{} is there already", path);
        }
    }

    private String policy() {
        return "variables { path \"" + prefix + "*\" { capabilities = [\"write\", \"read\", \"list\", \"destroy\"] } }";
    }

    private static Lease read(Variable entry) {
        Map<String, String> items = new HashMap<>(entry.items());
        try {
            long timeout = Long.parseLong(items.getOrDefault("timeout", ""));
            if (timeout < 0 || timeout > Lease.LONGEST.toSeconds()) {
                return unreadable(entry.path(), "a timeout of " + timeout + " s");
            }
            return new Lease(items.getOrDefault("claimer", "-"), Instant.parse(items.getOrDefault("since", "")),
                    Duration.ofSeconds(timeout), items.getOrDefault("allocation", ""));
        } catch (DateTimeParseException | NumberFormatException damaged) {
            return unreadable(entry.path(), damaged.toString());
        }
    }

    private static Lease unreadable(String what, String why) {
        log.warn("the ledger's entry {} cannot be read ({}): it counts as claimed, with a timeout of {}", what, why,
                UNREADABLE);
        return new Lease("-", Instant.EPOCH, UNREADABLE, "");
    }

    private String claim(String runnerId) {
        return prefix + "claims/" + runnerId;
    }

    private String released(String runnerId) {
        return prefix + "released/" + runnerId;
    }
}
