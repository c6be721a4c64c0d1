package nereus.simulation;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import nereus.devagent.model.Refused;
import nereus.environment.Environment;
import nereus.nomad.NomadException;
import nereus.pool.ClaimException;
import nereus.runner.Claimed;
import nereus.runner.PoolCount;

/** One seeded history of a cluster, its clients and Nereus, with all that goes wrong; throws a {@link Violation}. */
final class History {
    /** Nobody touches this environment after its beginning. */
    static final int QUIET_ENVIRONMENT = 2;
    private static final int CLAIMS_AT_ONCE = 4;

    private final SplittableRandom random;
    private final Crew crew = new Crew();
    private final Chronicle chronicle = new Chronicle();
    private final Cluster cluster;
    private final Weather weather;
    private final Outage outage;
    private final Witness witness;
    /** The largest pool that was ever wanted of each environment. */
    private final Map<Integer, Integer> largest = new TreeMap<>();
    private final int steps;
    private Optional<Service> process = Optional.empty();
    private int processes;
    private int stories;
    private boolean changing;

    History(long seed) {
        random = new SplittableRandom(seed);
        cluster = new Cluster(random.split());
        chronicle.startAt(cluster);
        weather = new Weather(random.split());
        outage = new Outage(cluster);
        witness = new Witness(cluster, chronicle);
        steps = 500 + random.nextInt(2_500);
    }

    /** How often each fault happened. */
    Map<Fault, Integer> faults() {
        return weather.happened();
    }

    int claims() {
        return witness.acknowledged();
    }

    String text() {
        return chronicle.text();
    }

    void run() {
        start();
        for (int i = 0; i < steps; i++) {
            act();
            check();
        }
        calm();
    }

    /** Ends all stories, so that no thread stays behind. */
    void end() {
        for (int number = 0; number <= processes; number++) {
            crew.kill(number);
        }
    }

    private void start() {
        int number = ++processes;
        chronicle.add(number, "starts");
        PretendedNomad nomad = new PretendedNomad(crew, cluster, weather, random.split(), witness, chronicle, outage,
                number);
        process = Optional.of(new Service(number, crew, cluster, nomad, random.split()));
        if (number == 1) {
            define(1, 1 + random.nextInt(6));
            define(QUIET_ENVIRONMENT, 2);
        }
    }

    private void act() {
        int dice = random.nextInt(100);
        if (dice < 80) {
            stepSomebody();
        } else if (dice < 88) {
            pass();
        } else if (dice < 92) {
            process.filter(Service::ready).filter(p -> stories < CLAIMS_AT_ONCE).ifPresent(this::claim);
        } else if (dice < 95) {
            process.filter(Service::ready).ifPresent(this::giveBack);
        } else if (dice < 97) {
            process.filter(Service::ready).ifPresent(this::use);
        } else if (random.nextInt(4) == 0) {
            change();
        } else {
            disturb();
        }
    }

    private void stepSomebody() {
        List<Crew.Member> ready = crew.ready();
        if (ready.isEmpty()) {
            pass();
        } else {
            crew.step(ready.get(random.nextInt(ready.size())));
        }
    }

    private void pass() {
        cluster.pass(switch (random.nextInt(60)) {
            case 0 -> Duration.ofMillis(random.nextInt(90_000));
            case 1, 2, 3 -> Duration.ofMillis(random.nextInt(5_000));
            default -> Duration.ofMillis(1 + random.nextInt(120));
        });
    }

    private void claim(Service at) {
        Duration timeout = Duration.ofSeconds(new int[]{0, 20, 60, 300}[random.nextInt(4)]);
        int environment = random.nextInt(8) == 0 ? 3 : 1;
        stories++;
        crew.begin("a claim", at.number, () -> {
            try {
                Claimed claimed = at.claims.claim(environment, timeout, "client");
                if (weather.strikes(Fault.CLIENT_LEFT)) {
                    // The answer cannot be written: nobody else would give it back.
                    at.claims.giveBack(claimed.id());
                } else {
                    witness.claimed(at.number, claimed, timeout);
                }
            } catch (ClaimException refused) {
                chronicle.add(at.number, "refused a claim: " + refused.getMessage());
            } catch (NomadException failed) {
                chronicle.add(at.number, "failed a claim: " + failed.getMessage());
            } finally {
                stories--;
            }
        });
    }

    private void giveBack(Service at) {
        somebodys().ifPresent(id -> {
            witness.returning(id);
            crew.begin("a return of " + id, at.number, () -> witness.returned(at.number, id, at.claims.giveBack(id)));
        });
    }

    private void use(Service at) {
        somebodys().ifPresent(id -> witness.used(at.number, id, at.fleet.touch(id)));
    }

    private Optional<String> somebodys() {
        List<String> live = witness.live();
        return live.isEmpty() ? Optional.empty() : Optional.of(live.get(random.nextInt(live.size())));
    }

    private void change() {
        switch (random.nextInt(4)) {
            case 0 -> define(3, random.nextInt(4));
            case 1 -> delete(3);
            default -> define(1, random.nextInt(8));
        }
    }

    private void define(int id, int size) {
        process.filter(at -> !changing).ifPresent(at -> {
            changing = true;
            largest.merge(id, size, Math::max);
            crew.begin("a put", at.number, () -> {
                try {
                    crew.pause("until the fleet is known", at::ready);
                    at.store.put(new Environment(id, size, 20, 100, "image", false, List.of()));
                    witness.freed(id);
                    chronicle.add(at.number, "environment " + id + " has a pool of " + size);
                } catch (NomadException failed) {
                    chronicle.add(at.number, "failed to change environment " + id + ": " + failed.getMessage());
                } finally {
                    changing = false;
                }
            });
        });
    }

    private void delete(int id) {
        process.filter(at -> !changing).ifPresent(at -> {
            changing = true;
            crew.begin("a deletion", at.number, () -> {
                try {
                    crew.pause("until the fleet is known", at::ready);
                    witness.freeing(id);
                    at.store.delete(id);
                    witness.freed(id);
                    chronicle.add(at.number, "environment " + id + " is deleted");
                } catch (NomadException failed) {
                    // One of which nobody knows may still come through, until a put says what counts.
                    if (!failed.outcomeUnknown()) {
                        witness.freed(id);
                    }
                    chronicle.add(at.number, "failed to delete environment " + id + ": " + failed.getMessage());
                } finally {
                    changing = false;
                }
            });
        });
    }

    private void disturb() {
        String node = Cluster.NODES.get(random.nextInt(Cluster.NODES.size()));
        List<String> running = cluster.running();
        String victim = running.isEmpty() ? "" : running.get(random.nextInt(running.size()));
        switch (random.nextInt(13)) {
            case 0 -> strike(Fault.CRASH, 3, "", this::crash);
            case 1 ->
                strike(Fault.LEADER_CHANGE, 3, "", () -> outage.loseLeader(Duration.ofMillis(random.nextInt(20_000))));
            case 2 ->
                strike(Fault.RIGHTS_TAKEN, 3, "", () -> outage.takeRights(Duration.ofMillis(random.nextInt(60_000))));
            case 3 -> strike(Fault.NODE_LOST, 3, node, () -> cluster.model.loseNode(node));
            case 4, 5 -> strike(Fault.NODE_BACK, 3, node, () -> cluster.model.nodeBack(node));
            case 6 -> strike(Fault.NODE_DRAINED, 3, node, () -> {
                cluster.model.drain(node, Duration.ofSeconds(random.nextInt(30)), false);
                cluster.later(Duration.ofSeconds(random.nextInt(120)), () -> cluster.model.endDrain(node, true));
            });
            case 7 -> strike(Fault.TASK_ENDED, 5, victim, () -> cluster.end(victim, false));
            case 8 -> strike(Fault.TASK_OUT_OF_MEMORY, 5, victim, () -> cluster.end(victim, true));
            case 9 -> strike(Fault.TASK_RESTARTED, 5, victim, () -> restart(victim));
            case 10 -> strike(Fault.ALLOCATION_STOPPED, 5, victim, () -> cluster.model.stopAllocation(victim));
            case 11 -> strike(Fault.START_FAILED, 5, "", () -> cluster.failingStarts += 1 + random.nextInt(5));
            default -> strike(Fault.CLOCK_JUMP, 5, "",
                    () -> cluster.skew = Duration.ofMinutes(random.nextInt(2_000) - 1_000));
        }
    }

    private void strike(Fault fault, double times, String where, Runnable what) {
        if (weather.strikes(fault, times)) {
            chronicle.add(0, fault + " " + where);
            try {
                what.run();
            } catch (Refused already) {
                chronicle.add(0, "but " + already.getMessage());
            }
        }
    }

    private void restart(String allocation) {
        if (!allocation.isEmpty()) {
            cluster.model.restartAllocation(allocation, "");
        }
    }

    private void crash() {
        process.ifPresent(at -> {
            chronicle.add(at.number, "IS KILLED");
            witness.killed(at.number);
            crew.kill(at.number);
            changing = false;
            stories = 0;
            process = Optional.empty();
        });
        strike(Fault.RIGHTS_TAKEN, 5, "meanwhile", () -> outage.takeRights(Duration.ofMillis(random.nextInt(60_000))));
        for (int i = random.nextInt(3); i > 0; i--) {
            pass();
        }
        start();
    }

    private void check() {
        witness.check(process);
        if (process.isEmpty() || !process.get().ready() || processes > 1) {
            return;
        }
        int all = 0;
        for (Map.Entry<Integer, PoolCount> environment : process.get().fleet.counts().entrySet()) {
            PoolCount count = environment.getValue();
            all += count.alive() - count.gone();
            // A refused claim gives back what was replaced already.
            int most = largest.getOrDefault(environment.getKey(), 0) + CLAIMS_AT_ONCE;
            if (count.starting() + count.idle() > most) {
                throw new Violation(
                        "environment " + environment.getKey() + " has " + count + ", more than it ever wanted");
            }
        }
        if (all > Service.MOST_RUNNERS) {
            throw new Violation(all + " runners, and " + Service.MOST_RUNNERS + " are the most allowed");
        }
    }

    /** Everything heals; after a while all must be as if nothing had been wrong. */
    private void calm() {
        chronicle.add(0, "from here on nothing goes wrong");
        weather.clear();
        outage.over();
        cluster.failingStarts = 0;
        Cluster.NODES.forEach(cluster.model::nodeBack);
        Cluster.NODES.forEach(node -> cluster.model.endDrain(node, true));
        for (int second = 0; second < 400; second++) {
            cluster.pass(Duration.ofMillis(second < 100 ? 100 : 2_000));
            for (int i = 0; i < 400; i++) {
                List<Crew.Member> ready = crew.ready();
                if (ready.isEmpty()) {
                    break;
                }
                crew.step(ready.get(random.nextInt(ready.size())));
            }
            check();
        }
        quiet();
    }

    private void quiet() {
        Service at = process.orElseThrow();
        Set<String> jobs = new HashSet<>();
        for (var row : cluster.model.jobs("").all()) {
            if (!row.job().id().startsWith("template-")) {
                jobs.add(row.job().id());
            }
        }
        Set<String> claimed = new HashSet<>();
        for (var variable : cluster.model.variables("nereus/").all()) {
            String path = variable.path();
            if (path.startsWith(Witness.CLAIMS)) {
                claimed.add(path.substring(Witness.CLAIMS.length()));
            } else if (!path.equals("nereus/sim/epoch")) {
                throw new Violation("the variable " + path + " is left over");
            }
        }
        for (String id : witness.lost()) {
            if (at.fleet.claimed(id).isPresent()) {
                throw new Violation("the container of " + id + " is lost, and it is still claimed");
            }
        }
        Set<String> leaked = new HashSet<>(claimed);
        leaked.removeAll(witness.mayBeClaimed());
        if (!leaked.isEmpty()) {
            throw new Violation("claims are left over: " + leaked);
        }
        int idle = 0;
        for (Environment environment : at.environments.all()) {
            PoolCount count = at.fleet.counts().getOrDefault(environment.id(), PoolCount.NONE);
            if (count.idle() != environment.prewarmingPoolSize()
                    || count.starting() + count.reserved() + count.doubtful()
                            + count.gone() > 0) {
                throw new Violation("environment " + environment.id() + " is not in order: " + count + ", wanted are "
                        + environment.prewarmingPoolSize());
            }
            idle += count.idle();
        }
        if (jobs.size() != idle + claimed.size() || !jobs.containsAll(claimed)) {
            throw new Violation("Nomad has the runners " + jobs + ", of which " + idle + " are idle and " + claimed
                    + " claimed");
        }
    }
}
