package nereus.devagent.model;

import java.time.Duration;

/**
 * How long Nomad takes for what; the defaults are Nomad 2.0.5's as recorded on one idle agent.
 *
 * @param scheduling from an evaluation's creation until its plan is applied (3 ms seen)
 * @param completion from the plan until the evaluation is complete (2 to 5 ms seen)
 * @param clientPoll until the node's client hears of a changed allocation (8 ms seen)
 * @param taskSetup the task's directory
 * @param clientBatch the client sends its updates on the beat of this interval
 * @param serverBatch the server waits that much longer for further updates
 * @param heartbeat until a silent node is declared down or disconnected (12 to 24 s seen)
 * @param drainPoll how long after the deadline a drain is carried out (1 s seen)
 * @param streamHeartbeat between two {@code {}} on the event stream
 * @param execOpen from the upgrade until the process of an exec starts
 * @param execExit from the end of a process until its exit frame
 * @param execFrame most bytes in one output frame of an exec (1024 with Docker, 4096 with the other drivers)
 * @param deadKept until a dead job and what belongs to it is collected
 * @param purgedKept how long the allocations of a purged job stay listed. Nomad 2.0.5 removes them with the job, at once and
 *        without an event; more than zero keeps the dead ones for so long
 */
public record Delays(Duration scheduling, Duration completion, Duration clientPoll, Duration taskSetup,
        Duration clientBatch, Duration serverBatch, Duration heartbeat, Duration drainPoll, Duration streamHeartbeat,
        Duration execOpen, Duration execExit, int execFrame, Duration deadKept, Duration purgedKept) {

    /** Nomad's own. */
    public static Delays nomad() {
        return new Delays(Duration.ofMillis(3), Duration.ofMillis(4), Duration.ofMillis(8), Duration.ofMillis(4),
                Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofSeconds(15), Duration.ofSeconds(1),
                Duration.ofSeconds(30), Duration.ofMillis(45), Duration.ofMillis(55), 1024, Duration.ofHours(4),
                Duration.ZERO);
    }

    /** For quick tests: everything still happens step by step, but each step at once. */
    public static Delays none() {
        return new Delays(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO,
                Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, 1024,
                Duration.ofHours(4), Duration.ZERO);
    }

    public Delays withStreamHeartbeat(Duration value) {
        return new Delays(scheduling, completion, clientPoll, taskSetup, clientBatch, serverBatch, heartbeat, drainPoll,
                value, execOpen, execExit, execFrame, deadKept, purgedKept);
    }

    public Delays withHeartbeat(Duration value) {
        return new Delays(scheduling, completion, clientPoll, taskSetup, clientBatch, serverBatch, value, drainPoll,
                streamHeartbeat, execOpen, execExit, execFrame, deadKept, purgedKept);
    }

    public Delays withPurgedKept(Duration value) {
        return new Delays(scheduling, completion, clientPoll, taskSetup, clientBatch, serverBatch, heartbeat, drainPoll,
                streamHeartbeat, execOpen, execExit, execFrame, deadKept, value);
    }
}
