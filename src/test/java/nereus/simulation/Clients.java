package nereus.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import nereus.environment.Environment;
import nereus.nomad.NomadException;
import nereus.pool.Ask;
import nereus.pool.ClaimException;
import nereus.pool.WaitingClaim;
import nereus.runner.Claimed;

/** What clients ask of a process: each request is a story of its own, and what is answered is told to the witness. */
final class Clients {
    static final String IMAGE = "image";
    static final String OTHER_IMAGE = "other image";
    private static final int CLAIMS_AT_ONCE = 4;
    private static final int WAITING_AT_ONCE = 8;

    private final SplittableRandom random;
    private final Crew crew;
    private final Chronicle chronicle;
    private final Weather weather;
    private final Witness witness;
    private final Definitions definitions;
    private final Setup setup;
    private final Cluster cluster;
    private final Turns turns = new Turns();
    private final Askers askers;
    /** How many claims each process is being asked for. */
    private final Map<Integer, Integer> claiming = new HashMap<>();
    /** The environments of which a change is on its way, and the process that makes it. */
    private final Map<Integer, Integer> changing = new HashMap<>();
    /** Which process takes over what Nomad holds; 0 when none does. */
    private int fetching;

    Clients(SplittableRandom random, Crew crew, Chronicle chronicle, Weather weather, Witness witness,
            Definitions definitions, Setup setup, Cluster cluster) {
        this.cluster = cluster;
        this.setup = setup;
        this.random = random;
        this.crew = crew;
        this.chronicle = chronicle;
        this.weather = weather;
        this.witness = witness;
        this.definitions = definitions;
        this.askers = new Askers(random.split(), crew, chronicle, weather, witness, cluster);
    }

    /** Their requests ended with that process. */
    void hungUp(int process) {
        claiming.remove(process);
        turns.over(process);
        changing.values().removeIf(by -> by == process);
        fetching = fetching == process ? 0 : fetching;
        definitions.killed();
    }

    /** What Nomad holds is being taken over. */
    boolean fetching() {
        return fetching != 0;
    }

    void claim(Service at) {
        Duration timeout = Duration.ofSeconds(new int[]{0, 20, 60, 300}[random.nextInt(4)]);
        int environment = random.nextInt(8) == 0 ? 3 : 1;
        if (claiming.getOrDefault(at.number, 0) >= CLAIMS_AT_ONCE) {
            return;
        }
        claiming.merge(at.number, 1, Integer::sum);
        weather.count(Act.CLAIM);
        crew.begin("a claim", at.number, () -> {
            boolean overtaken = witness.overtaken(at.number);
            try {
                Claimed claimed = at.claims.claim(environment, timeout, "client");
                if (weather.strikes(Fault.CLIENT_LEFT, 2)) {
                    // The answer cannot be written: nobody else would give it back.
                    at.claims.giveBack(claimed.id());
                } else {
                    witness.claimed(at.number, claimed, timeout, overtaken);
                }
            } catch (ClaimException refused) {
                chronicle.add(at.number, "refused a claim: " + refused.getMessage());
            } catch (NomadException failed) {
                chronicle.add(at.number, "failed a claim: " + failed.getMessage());
            } finally {
                claiming.merge(at.number, -1, Integer::sum);
            }
        });
    }

    /** A claim that waits; its client may leave at any moment. */
    void await(Service at) {
        Duration patience = Duration.ofMillis(random.nextInt(40_000));
        Duration timeout = Duration.ofSeconds(random.nextBoolean() ? 0 : 60);
        List<Integer> environments = List.of(List.of(3, 1), List.of(1, 3), List.of(3), List.of(1), List.of(1),
                List.of(1)).get(random.nextInt(6));
        boolean leaves = random.nextInt(3) == 0;
        Duration leavesAfter = Duration.ofMillis(random.nextInt(random.nextBoolean() ? 300 : 20_000));
        if (turns.count(at.number) >= WAITING_AT_ONCE) {
            return;
        }
        weather.count(environments.size() > 1 ? Act.WAIT_FOR_SEVERAL : Act.WAIT);
        crew.begin("a claim that waits", at.number, () -> {
            Turns.Turn turn = null;
            boolean overtaken = witness.overtaken(at.number);
            try {
                WaitingClaim waiting = at.claims
                        .waiting(new Ask(environments, patience, timeout, "patient client"));
                // What is not known now is left out.
                turn = turns.joined(at.number, waiting,
                        environments.stream().filter(id -> at.environments.get(id).isPresent()).toList());
                if (leaves) {
                    leaveLater(at, turn, leavesAfter);
                }
                Claimed claimed = waiting.claim();
                if (turn.left() || weather.strikes(Fault.CLIENT_LEFT, 2)) {
                    // The answer cannot be written: nobody else would give it back.
                    at.claims.giveBack(claimed.id());
                } else {
                    weather.count(Act.SERVED_AFTER_WAIT);
                    witness.claimed(at.number, claimed, timeout, overtaken);
                }
            } catch (ClaimException refused) {
                chronicle.add(at.number, "refused a claim that waited: " + refused.getMessage());
            } finally {
                turns.over(turn);
            }
        });
    }

    void ask(Service at) {
        askers.ask(at);
    }

    private void leaveLater(Service at, Turns.Turn turn, Duration after) {
        long when = cluster.nanos() + after.toNanos();
        crew.begin("a client that leaves", at.number, () -> {
            crew.pause("until it leaves", () -> cluster.nanos() >= when);
            if (turn.leave()) {
                weather.count(Act.WITHDRAW);
                chronicle.add(at.number, "a client that waited has left");
            }
        });
    }

    /** Holds the lines of a process to the order in which their clients came, after each step. */
    void check(Service at) {
        turns.check(at, claiming.getOrDefault(at.number, 0));
    }

    void giveBack(Service at) {
        somebodys().ifPresent(id -> {
            weather.count(Act.RETURN);
            witness.returning(id);
            crew.begin("a return of " + id, at.number, () -> witness.returned(at.number, id, at.claims.giveBack(id)));
        });
    }

    void use(Service at) {
        somebodys().ifPresent(id -> {
            weather.count(Act.USE);
            witness.used(at.number, id, at.fleet.touch(id));
        });
    }

    /** A command is a use, and lasts. */
    void command(Service at) {
        somebodys().ifPresent(id -> {
            boolean accepted = at.fleet.touch(id);
            witness.used(at.number, id, accepted);
            if (accepted) {
                weather.count(Act.COMMAND);
                witness.command(id, Duration.ofMillis(random.nextInt(20_000)));
            }
        });
    }

    private Optional<String> somebodys() {
        List<String> live = witness.live();
        return live.isEmpty() ? Optional.empty() : Optional.of(live.get(random.nextInt(live.size())));
    }

    void change(Service at) {
        int dice = random.nextInt(10);
        if (dice < 2) {
            fetch(at);
        } else if (dice < 4 && !weather.inclines(Act.DEFINITION_CHANGE)) {
            if (random.nextBoolean()) {
                delete(at, 3);
            } else {
                put(at, environment(3, random.nextInt(4), random.nextBoolean()));
            }
        } else if (dice < 6 || (weather.inclines(Act.FORCED_PULL) && random.nextBoolean())) {
            at.environments.get(1).ifPresent(same -> put(at, same));
        } else {
            int size = random.nextInt(8);
            boolean other = random.nextInt(3) == 0 || weather.inclines(Act.DEFINITION_CHANGE);
            Optional<String> image = at.environments.get(1).map(Environment::image);
            put(at, environment(1, size, image.equals(Optional.of(OTHER_IMAGE)) != other));
        }
    }

    static Environment environment(int id, int size, boolean otherImage) {
        return new Environment(id, size, 20, otherImage ? 120 : 100, otherImage ? OTHER_IMAGE : IMAGE, false,
                List.of());
    }

    void put(Service at, Environment environment) {
        int id = environment.id();
        if (changing.putIfAbsent(id, at.number) != null) {
            return;
        }
        crew.begin("a put", at.number, () -> {
            crew.pause("until the fleet is known", at::ready);
            weather.count(at.environments.get(id).filter(old -> !old.image().equals(environment.image())).isPresent()
                    ? Act.DEFINITION_CHANGE
                    : Act.PUT);
            definitions.asked(id, Optional.of(environment));
            try {
                at.store.put(environment);
                definitions.done(id, Optional.of(environment));
                chronicle.add(at.number, "ANSWERED the put of environment " + id + ": a pool of "
                        + environment.prewarmingPoolSize() + ", " + environment.image());
            } catch (NomadException failed) {
                // What was saved before a plain template is replaced may be finished later, whatever failed then.
                definitions.failed(id, Optional.of(environment), !failed.outcomeUnknown() && !setup.plain());
                chronicle.add(at.number, "failed to change environment " + id + ": " + failed.getMessage());
            } finally {
                changing.remove(id);
            }
        });
    }

    private void delete(Service at, int id) {
        if (changing.putIfAbsent(id, at.number) != null) {
            return;
        }
        crew.begin("a deletion", at.number, () -> {
            crew.pause("until the fleet is known", at::ready);
            weather.count(Act.DELETE);
            definitions.asked(id, Optional.empty());
            try {
                at.store.delete(id);
                definitions.done(id, Optional.empty());
                chronicle.add(at.number, "ANSWERED the deletion of environment " + id);
            } catch (NomadException failed) {
                // One of which nobody knows may still come through, until a put says what counts.
                definitions.failed(id, Optional.empty(), !failed.outcomeUnknown());
                chronicle.add(at.number, "failed to delete environment " + id + ": " + failed.getMessage());
            } finally {
                changing.remove(id);
            }
        });
    }

    private void fetch(Service at) {
        if (fetching != 0) {
            return;
        }
        fetching = at.number;
        int id = random.nextInt(5);
        weather.count(id == 0 || id > 3 ? Act.FETCH_ALL : Act.FETCH);
        crew.begin("a fetch", at.number, () -> {
            try {
                if (id == 0 || id > 3) {
                    at.store.fetchAll();
                } else {
                    at.store.fetch(id);
                }
                chronicle.add(at.number, "ANSWERED a fetch");
            } catch (NomadException failed) {
                chronicle.add(at.number, "failed to fetch: " + failed.getMessage());
            } finally {
                fetching = 0;
            }
        });
    }
}
