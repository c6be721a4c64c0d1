package nereus.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import nereus.devagent.model.Refused;
import nereus.environment.Edition;
import nereus.environment.Environment;
import nereus.environment.JobSettings;
import nereus.environment.RunnerJob;
import nereus.nomad.ModelFacts;
import nereus.settings.Configuration;

/** One seeded history of a cluster, its clients and Nereus, with all that goes wrong; throws a {@link Violation}. */
final class History {
    private static final List<Fault> DISTURBANCES = List.of(Fault.CRASH, Fault.LEADER_CHANGE, Fault.RIGHTS_TAKEN,
            Fault.NODE_LOST, Fault.NODE_BACK, Fault.NODE_BACK, Fault.NODE_DRAINED, Fault.TASK_ENDED,
            Fault.TASK_OUT_OF_MEMORY, Fault.TASK_RESTARTED, Fault.ALLOCATION_STOPPED, Fault.START_FAILED,
            Fault.TEMPLATE_VANISHED, Fault.CLOCK_JUMP, Fault.SECOND_PROCESS);

    private final SplittableRandom random;
    private final Crew crew = new Crew();
    private final Chronicle chronicle = new Chronicle();
    private final Definitions definitions = new Definitions();
    private final Cluster cluster;
    private final Weather weather;
    private final Outage outage;
    private final Neighbour neighbour;
    private final Witness witness;
    private final Clients clients;
    private final Setup setup;
    private final int steps;
    private Optional<Service> process = Optional.empty();
    /** One that was taken over from, until it has noticed and ends, or is killed. */
    private Optional<Service> older = Optional.empty();
    private int processes;

    History(long seed, Inclination inclination) {
        random = new SplittableRandom(seed);
        cluster = new Cluster(random.split());
        chronicle.startAt(cluster);
        weather = new Weather(random.split(), inclination);
        outage = new Outage(cluster);
        neighbour = new Neighbour(cluster);
        witness = new Witness(cluster, chronicle, definitions, neighbour);
        setup = Setup.random(random.split(), weather);
        clients = new Clients(random.split(), crew, chronicle, weather, witness, definitions, setup, cluster);
        steps = 500 + random.nextInt(2_500);
    }

    /** How often each fault happened. */
    Map<Fault, Integer> faults() {
        return weather.faults();
    }

    /** How often each act happened. */
    Map<Act, Integer> acts() {
        return weather.acts();
    }

    int claims() {
        return witness.acknowledged();
    }

    String text() {
        return chronicle.text();
    }

    void run() {
        try {
            begin();
            for (int i = 0; i < steps; i++) {
                act();
                check();
            }
            calm();
        } catch (AssertionError | RuntimeException broken) {
            chronicle.add(0, "BROKEN: " + broken.getMessage());
            throw broken;
        }
    }

    /** Ends all stories, so that no thread stays behind. */
    void end() {
        for (int number = 0; number <= processes; number++) {
            crew.kill(number);
        }
    }

    private void begin() {
        if (setup.plain()) {
            plainTemplate(Clients.environment(1, 1 + random.nextInt(6), false));
        }
        Service first = start();
        clients.put(first, Clients.environment(Neighbour.ENVIRONMENT, Neighbour.POOL, false));
        if (!setup.plain()) {
            clients.put(first, Clients.environment(1, 1 + random.nextInt(6), false));
        }
    }

    private Service start() {
        int number = ++processes;
        chronicle.add(number, "starts");
        PretendedNomad nomad = new PretendedNomad(crew, cluster, weather, random.split(), witness, chronicle, outage,
                number);
        Service service = new Service(number, crew, cluster, nomad, random.split(), setup, witness::busy);
        nomad.whenCaughtUp(() -> witness.caughtUp(service));
        process = Optional.of(service);
        return service;
    }

    /** A template as Poseidon writes it: without a mark, and a container runs in it. */
    private void plainTemplate(Environment environment) {
        JobSettings jobs = JobSettings.read(Configuration.withoutFile(Map.of()).section("runners"));
        ObjectNode job = (ObjectNode) ModelFacts
                .json(RunnerJob.of(new Edition(environment, 0), "template-" + environment.id(), jobs, false));
        job.putNull("Meta");
        ((ObjectNode) job.at("/TaskGroups/1")).putObject("Meta").put("prewarmingPoolSize",
                Integer.toString(environment.prewarmingPoolSize()));
        cluster.model.register(job, "default", null);
        definitions.given(environment);
        chronicle.add(0, "a plain template of " + environment);
    }

    private void act() {
        int dice = random.nextInt(100);
        if (random.nextInt(20) == 0) {
            endSuperseded();
        }
        Optional<Service> ready = process.filter(at -> at.ready() && !at.superseded());
        if (weather.inclines(Fault.SECOND_PROCESS) && ready.filter(this::purging).isPresent()
                && random.nextInt(4) == 0) {
            strike(Fault.SECOND_PROCESS, 3, "", this::takeOver);
        }
        if (weather.inclines(Act.USE) && random.nextInt(20) == 0) {
            ready.ifPresent(clients::use);
        } else if (weather.inclines(Act.COMMAND) && random.nextInt(20) == 0) {
            ready.ifPresent(clients::command);
        } else if (weather.inclines(Act.WAIT) && random.nextInt(20) == 0) {
            ready.ifPresent(clients::await);
        } else if (weather.inclines(Act.ASK) && random.nextInt(20) == 0) {
            ready.ifPresent(clients::ask);
        } else if (dice < 79) {
            stepSomebody();
        } else if (dice < 87) {
            pass();
        } else if (dice < 91) {
            int patience = random.nextInt(9);
            older.filter(at -> at.ready() && random.nextBoolean()).or(() -> ready)
                    .ifPresent(patience < 5 ? clients::claim : patience < 8 ? clients::await : clients::ask);
        } else if (dice < 94) {
            ready.ifPresent(clients::giveBack);
        } else if (dice < 95) {
            ready.ifPresent(clients::use);
        } else if (dice < 96) {
            ready.ifPresent(clients::command);
        } else if (dice < 97 || (dice < 98 && weather.inclinesToChange())) {
            process.ifPresent(clients::change);
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

    private void disturb() {
        String node = Cluster.NODES.get(random.nextInt(Cluster.NODES.size()));
        List<String> running = cluster.running();
        String victim = running.isEmpty() ? "" : running.get(random.nextInt(running.size()));
        Fault fault = weather.oneOf(DISTURBANCES);
        switch (fault) {
            case CRASH -> strike(fault, 3, "", this::crash);
            case SECOND_PROCESS -> strike(fault, 3, "", this::takeOver);
            case LEADER_CHANGE ->
                strike(fault, 3, "", () -> outage.loseLeader(Duration.ofMillis(random.nextInt(20_000))));
            case RIGHTS_TAKEN -> strike(fault, 3, "", this::takeRights);
            case NODE_LOST -> strike(fault, 3, node, () -> {
                disturbed(node);
                cluster.model.loseNode(node);
            });
            case NODE_BACK -> strike(fault, 3, node, () -> cluster.model.nodeBack(node));
            case NODE_DRAINED -> strike(fault, 3, node, () -> {
                disturbed(node);
                cluster.model.drain(node, Duration.ofSeconds(random.nextInt(30)), false);
                cluster.later(Duration.ofSeconds(random.nextInt(120)), () -> cluster.model.endDrain(node, true));
            });
            case TASK_ENDED -> strike(fault, 5, victim, () -> {
                disturbed(victim);
                cluster.end(victim, false);
            });
            case TASK_OUT_OF_MEMORY -> strike(fault, 5, victim, () -> {
                disturbed(victim);
                cluster.end(victim, true);
            });
            case TASK_RESTARTED -> strike(fault, 5, victim, () -> restart(victim));
            case ALLOCATION_STOPPED -> strike(fault, 5, victim, () -> {
                disturbed(victim);
                cluster.model.stopAllocation(victim);
            });
            case START_FAILED -> strike(fault, 5, "", () -> {
                disturbed("");
                cluster.failingStarts += 1 + random.nextInt(5);
            });
            case TEMPLATE_VANISHED -> {
                int id = random.nextBoolean() ? 1 : 3;
                if (!cluster.lacksTemplate(id)) {
                    strike(fault, 3, Integer.toString(id), () -> vanish(id));
                }
            }
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

    /** What lives on that node, or that allocation: a container of a plain template may be among it, and ends its job. */
    private void disturbed(String where) {
        neighbour.disturbed(where);
        if (setup.plain()) {
            definitions.vanished(1);
        }
    }

    private void restart(String allocation) {
        if (!allocation.isEmpty()) {
            cluster.model.restartAllocation(allocation, "");
        }
    }

    /** Somebody else purges or stops a template. */
    private void vanish(int id) {
        definitions.vanished(id);
        cluster.model.deregister("template-" + id, random.nextBoolean());
    }

    private void takeRights() {
        outage.takeRights(Duration.ofMillis(random.nextInt(60_000)),
                List.of(Outage.Rights.LIST, Outage.Rights.VARIABLES, Outage.Rights.ALL).get(random.nextInt(3)));
    }

    private void crash() {
        process.ifPresent(this::kill);
        process = Optional.empty();
        strike(Fault.RIGHTS_TAKEN, 5, "meanwhile", this::takeRights);
        for (int i = random.nextInt(3); i > 0; i--) {
            pass();
        }
        start();
    }

    private void kill(Service at) {
        chronicle.add(at.number, "IS KILLED");
        if (crew.places(at.number).stream()
                .anyMatch(place -> place.matches("(after|lost the answer to) (register|purge|write|delete) .*"))) {
            weather.count(Act.CRASH_BETWEEN_WRITES);
        }
        witness.killed(at.number);
        crew.kill(at.number);
        clients.hungUp(at.number);
    }

    /** The epoch is another's, which may not be ready yet; it has not heard of that, and need not know what the other answered. */
    private boolean overtaken(Service at) {
        return cluster.overtaken(at.number);
    }

    private boolean purging(Service at) {
        return crew.places(at.number).stream().anyMatch(place -> place.startsWith("before purge"));
    }

    /** Somebody starts another process although one is at work. */
    private void takeOver() {
        older.ifPresent(this::kill);
        older = process;
        start();
    }

    /** Who raised the epoch last goes on, whoever was started last. */
    private void endSuperseded() {
        older.filter(Service::superseded).ifPresent(at -> {
            kill(at);
            older = Optional.empty();
        });
        process.filter(Service::superseded).ifPresent(at -> {
            kill(at);
            process = older;
            older = Optional.empty();
            if (process.isEmpty()) {
                start();
            }
        });
    }

    private void check() {
        Optional<Service> ready = process.filter(at -> at.ready() && !overtaken(at));
        if (ready.isEmpty() || clients.fetching()) {
            definitions.read(cluster::lacksTemplate);
        } else if (setup.plain()) {
            // What was saved may be finished at any time.
            definitions.read(id -> false);
        }
        witness.check(ready);
        process.filter(Service::ready).ifPresent(clients::check);
        ready.ifPresent(at -> {
            for (int id : definitions.ids()) {
                Optional<Environment> known = at.environments.get(id);
                if (!definitions.mayBe(id, known)) {
                    throw new Violation("process " + at.number + " knows environment " + id + " as " + known
                            + ", and it must be one of " + definitions.text(id));
                }
            }
            neighbour.look(at.number, at.pools.level(Neighbour.ENVIRONMENT));
        });
    }

    /** Everything heals; after a while all must be as if nothing had been wrong. */
    private void calm() {
        chronicle.add(0, "from here on nothing goes wrong");
        weather.clear();
        outage.over();
        cluster.failingStarts = 0;
        Cluster.NODES.forEach(cluster.model::nodeBack);
        Cluster.NODES.forEach(node -> cluster.model.endDrain(node, true));
        for (int i = 0; i < 400; i++) {
            live(Duration.ofMillis(i < 100 ? 100 : 2_000));
        }
        older.ifPresent(at -> {
            throw new Violation("process " + at.number + " has not noticed that another took over");
        });
        Quiet quiet = new Quiet(cluster, witness, definitions, process.orElseThrow());
        // An idle runner may just have grown old, and is being replaced.
        for (int i = 0; i < 50 && quiet.disorder().isPresent(); i++) {
            live(Duration.ofMillis(100));
        }
        quiet.disorder().ifPresent(disorder -> {
            throw disorder;
        });
    }

    private void live(Duration time) {
        endSuperseded();
        cluster.pass(time);
        for (int i = 0; i < 400; i++) {
            List<Crew.Member> ready = crew.ready();
            if (ready.isEmpty()) {
                break;
            }
            crew.step(ready.get(random.nextInt(ready.size())));
            check();
        }
    }
}
