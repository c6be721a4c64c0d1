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
import java.util.concurrent.TimeoutException;
import nereus.environment.RunnerJob;
import nereus.environment.SavedDefinitions;
import nereus.epoch.Epoch;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;
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
    /** Marks an entry that is no claim, only keeps others from claiming. */
    private static final String NOBODYS = "nobodys";
    /** Says, beside the epoch, that others may have handed out what bears our mark. */
    private static final String SHARED = "shared";
    private static final int MOST_STRANGERS = 100;
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);

    private final Nomad nomad;
    private final Epoch epoch;
    private final String process;
    private final String prefix;
    /** Paths that were told to be none of ours: each is told once. */
    private final Set<String> strangers = ConcurrentHashMap.newKeySet();

    public Ledger(Nomad nomad, String instance, Epoch epoch) {
        this.nomad = nomad;
        this.epoch = epoch;
        this.process = epoch.process();
        this.prefix = "nereus/" + instance + "/";
    }

    /**
     * The ledger's pages: Nomad's index of each claimed runner's entry, and the runners that were given back. Environments stand under
     * the same prefix while their definition is saved.
     *
     * @param shared whether others may have handed out what bears our mark and is not in the ledger
     */
    public record Book(Map<String, Long> claimed, Set<String> released, Set<Integer> saved, boolean shared) {}

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
     * Enters a claim. Afterwards it is certain that every later process finds it there from its start.
     *
     * @throws NomadException.Conflict when the runner is in the ledger already
     */
    void enter(String runnerId, Lease lease) {
        epoch.refuseIfSuperseded();
        nomad.createVariable(claim(runnerId), items(lease));
        confirmEntered(runnerId);
    }

    private Map<String, String> items(Lease lease) {
        Map<String, String> items = new LinkedHashMap<>();
        items.put("process", process);
        items.put("claimer", lease.claimer().isEmpty() ? "-" : lease.claimer());
        items.put("since", lease.since().toString());
        items.put("timeout", Long.toString(lease.inactivityTimeout().toSeconds()));
        items.put("allocation", lease.allocationId());
        items.put("restarts", Integer.toString(lease.restarts()));
        return items;
    }

    private void confirmEntered(String runnerId) {
        try {
            epoch.confirmWritten();
        } catch (NomadException unconfirmed) {
            if (epoch.isSuperseded()) {
                disown(runnerId);
            }
            throw unconfirmed;
        }
    }

    /** The later process holds the entry for a claim: it is told that nobody has the runner, for else only a timeout would end it. */
    private void disown(String runnerId) {
        try {
            noteReleased(runnerId);
        } catch (NomadException failed) {
            log.warn("the process that took over is not told that nobody has runner {}: {}", runnerId,
                    failed.getMessage());
        }
    }

    /** @throws NomadException.Superseded when a later process serves this instance, so that nothing may be started or purged */
    void confirm() {
        epoch.confirm();
    }

    /**
     * Enters a claim whose entry has vanished; an entry that is there after all stays as it is. Somebody has the runner, so unlike a
     * claim that could not be confirmed it is never noted as given back.
     */
    public void enterAgain(String runnerId, Lease lease) {
        epoch.confirm();
        try {
            nomad.createVariable(claim(runnerId), items(lease));
        } catch (NomadException.Conflict there) {
            log.debug("the claim of runner {} is in the ledger after all", runnerId);
        }
    }

    /**
     * Enters a claim that somebody else granted, as its runner's job says; an entry that is there already counts instead.
     *
     * @return the lease that counts; empty when the entry that is there is nobody's claim, and goes with its runner
     */
    Optional<Lease> takeOver(String runnerId, Lease lease) {
        epoch.confirm();
        try {
            nomad.createVariable(claim(runnerId), items(lease));
            return Optional.of(lease);
        } catch (NomadException.Conflict there) {
            return entry(runnerId).map(Entry::lease).orElse(Optional.of(lease));
        }
    }

    /**
     * What is written of a runner, whoever wrote it.
     *
     * @param lease empty when it is nobody's claim
     */
    record Entry(Optional<Lease> lease) {}

    /** What is written of a runner; empty when nothing is. */
    Optional<Entry> entry(String runnerId) {
        return nomad.variable(claim(runnerId)).map(entry -> new Entry(read(entry)));
    }

    /** Notes that from now on others may hand out what bears our mark. */
    public void share() {
        ensure(prefix + SHARED);
    }

    /** Nothing is left that others may have handed out. */
    void unshare() {
        epoch.confirm();
        nomad.deleteVariable(prefix + SHARED);
    }

    /** Removes all that is written of a runner that is not ours, whose job is left alone. */
    public void strike(String runnerId) {
        epoch.confirm();
        nomad.deleteVariable(claim(runnerId));
        nomad.deleteVariable(released(runnerId));
    }

    /**
     * Makes certain that there is an entry of a runner, so that no process can claim it any more: writes one that is nobody's claim,
     * and goes with the runner.
     *
     * @return the lease of another process whose claim it is already; empty when the entry is ours, or nobody's
     */
    Optional<Lease> fence(String runnerId) {
        while (true) {
            try {
                nomad.createVariable(claim(runnerId), Map.of("process", process, NOBODYS, "true"));
                return Optional.empty();
            } catch (NomadException.Conflict there) {
                Optional<Variable> entry = nomad.variable(claim(runnerId));
                // Guard against its removal by whoever cleared it away in between: then there is no fence yet.
                if (entry.isPresent()) {
                    return ours(entry.get()) ? Optional.empty() : read(entry.get());
                }
            }
        }
    }

    /** Notes that a runner was given back, so that a crash before its purge does not leave it claimed. */
    void noteReleased(String runnerId) {
        ensure(released(runnerId));
    }

    /** Removes what is written of a runner whose job is gone; the note last, so that a crash between leaves no claim alone. */
    void remove(String runnerId, boolean noted) {
        nomad.deleteVariable(claim(runnerId));
        if (noted) {
            nomad.deleteVariable(released(runnerId));
        }
    }

    /**
     * The lease of a claimed runner whose lease this process does not know, as it was written; empty when the entry is nobody's claim
     * and goes with its runner, as one of our own is: it was committed after we had given the claim up. What is damaged, or was removed by hand, counts as claimed, with a timeout of a minute.
     */
    Optional<Lease> lease(String runnerId) {
        Optional<Variable> entry = nomad.variable(claim(runnerId));
        if (entry.isEmpty()) {
            return Optional.of(unreadable(claim(runnerId), "it is away"));
        }
        return ours(entry.get()) ? Optional.empty() : read(entry.get());
    }

    /**
     * Reads all paths, once this process is known to be the last that was started. The epoch stands under the same prefix: without
     * the right to list, Nomad 2.0.5 answers 200 and an empty list, and whoever believed it would hand every claimed runner out again.
     *
     * @throws NotBelieved when the list does not show the epoch, or the epoch cannot be raised
     */
    public Book read() {
        try {
            epoch.confirm();
        } catch (NomadException.Forbidden forbidden) {
            throw new NotBelieved("the ledger of claims cannot be read or written: " + forbidden.getMessage()
                    + "; the token needs the rights `read` and `write` in " + policy());
        }
        return list().orElseThrow(() -> new NotBelieved("Nomad lists no variables under " + prefix
                + " although they are there: the token lacks the right `list` in " + policy()));
    }

    private Optional<Book> list() {
        Map<String, Long> claimed = new HashMap<>();
        Set<String> released = new HashSet<>();
        Set<Integer> saved = new HashSet<>();
        boolean shared = false;
        boolean complete = false;
        for (Variable variable : nomad.variables(prefix).rows()) {
            String rest = variable.path().substring(prefix.length());
            if (rest.equals("epoch")) {
                complete = true;
                refuseOlder(variable);
            } else if (rest.equals(SHARED)) {
                shared = true;
            } else if (SavedDefinitions.environmentOf(rest).isPresent()) {
                SavedDefinitions.environmentOf(rest).ifPresent(saved::add);
            } else if (rest.startsWith("checks/")) {
                log.debug("a check of our rights is under way, or was killed: {}", variable.path());
            } else if (RunnerJob.environmentOf(rest.substring(rest.indexOf('/') + 1)).isEmpty()) {
                // Guard against a path that somebody else wrote: it must never lead to a purge of the job it names.
                stranger(variable.path());
            } else if (rest.startsWith("claims/")) {
                claimed.put(rest.substring("claims/".length()), variable.modifyIndex());
            } else if (rest.startsWith("released/")) {
                released.add(rest.substring("released/".length()));
            }
        }
        return complete ? Optional.of(new Book(claimed, released, saved, shared)) : Optional.empty();
    }

    private void stranger(String path) {
        if (strangers.size() < MOST_STRANGERS && strangers.add(path)) {
            log.warn("the variable {} is none of ours; it is left alone{}", path,
                    strangers.size() == MOST_STRANGERS ? ", as are more, which are not told" : "");
        }
    }

    /** Guard against a server that lags behind: claims of our predecessor's that it does not show yet would be handed out. */
    private void refuseOlder(Variable shown) {
        if (shown.modifyIndex() < epoch.index()) {
            throw new NomadException.Unreachable("Nomad's list of variables is of index " + shown.modifyIndex()
                    + " or so, older than this process (" + epoch.index() + ")", false, new TimeoutException());
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

    private boolean ours(Variable entry) {
        return process.equals(entry.items().get("process"));
    }

    private static Optional<Lease> read(Variable entry) {
        Map<String, String> items = entry.items();
        if (items.containsKey(NOBODYS)) {
            return Optional.empty();
        }
        try {
            long timeout = Long.parseLong(items.getOrDefault("timeout", ""));
            if (timeout < 0 || timeout > Lease.LONGEST.toSeconds()) {
                return Optional.of(unreadable(entry.path(), "a timeout of " + timeout + " s"));
            }
            String restarts = items.getOrDefault("restarts", "");
            return Optional.of(new Lease(items.getOrDefault("claimer", "-"),
                    Instant.parse(items.getOrDefault("since", "")), Duration.ofSeconds(timeout),
                    items.getOrDefault("allocation", ""),
                    restarts.isEmpty() ? Lease.UNKNOWN : Integer.parseInt(restarts)));
        } catch (DateTimeParseException | NumberFormatException damaged) {
            return Optional.of(unreadable(entry.path(), damaged.toString()));
        }
    }

    private static Lease unreadable(String what, String why) {
        log.warn("the ledger's entry {} cannot be read ({}): it counts as claimed, with a timeout of {}", what, why,
                UNREADABLE);
        return new Lease("-", Instant.EPOCH, UNREADABLE, "", Lease.UNKNOWN);
    }

    private String claim(String runnerId) {
        return prefix + "claims/" + runnerId;
    }

    private String released(String runnerId) {
        return prefix + "released/" + runnerId;
    }
}
