package nereus.execution;

import java.time.Duration;
import nereus.settings.Section;

/**
 * The numbers of executions.
 *
 * @param task the task in the runner's job whose container runs commands
 * @param user the unprivileged user in the images
 * @param pendingPerRunner executions of one runner that may wait for their client
 * @param runningPerRunner executions of one runner that may run at once; one that waits for its client holds a place
 * @param pendingFor how long an execution waits for its client
 * @param readyTimeout how long an exec may take to say READY before another is put beside it
 * @param openAttempts how many execs are tried for one channel
 * @param openTimeout no further exec is tried once this has passed, and none is waited for any more after a silence as long
 * @param openedAhead how many execs are being opened at once that nobody waits for yet
 * @param startTimeout from sending the command until the launcher has started it
 * @param heartbeat how often our channels are told that we live
 * @param silence after how long without a heartbeat launcher, control and guard end what is theirs
 * @param grace from the quit signal to the kill
 * @param controlTimeout for an answer of the control channel
 * @param endingWait how long the news of a runner's end is waited for when a channel was lost
 * @param straggler how long the second end mark may come after the first one before the terminal is sent a ^Q
 * @param clientPing how often the client's socket is pinged
 * @param clientSilence without a byte or write progress from a client for that long, it is taken to have vanished
 * @param clientClose how long the client's part of the closing handshake is waited for
 */
public record ExecutionSettings(String task, String user, int pendingPerRunner, int runningPerRunner,
        Duration pendingFor,
        Duration readyTimeout,
        int openAttempts, Duration openTimeout, int openedAhead, Duration startTimeout, Duration heartbeat,
        Duration silence,
        Duration grace,
        Duration controlTimeout, Duration endingWait, Duration straggler, Duration clientPing, Duration clientSilence,
        Duration clientClose) {

    /** Reads the section {@code execution}. */
    public static ExecutionSettings read(Section section) {
        return new ExecutionSettings(section.text("task", "default-task"), section.text("user", "user"),
                section.number("pendingPerRunner", 32, 1, 10_000), section.number("runningPerRunner", 32, 1, 10_000),
                section.duration("pendingFor", Duration.ofSeconds(60)),
                section.duration("readyTimeout", Duration.ofSeconds(2)), section.number("openAttempts", 5, 1, 100),
                section.duration("openTimeout", Duration.ofSeconds(10)),
                section.number("openedAhead", 4, 1, 1000),
                section.duration("startTimeout", Duration.ofSeconds(30)),
                section.duration("heartbeat", Duration.ofSeconds(10)),
                section.duration("silence", Duration.ofSeconds(30)),
                section.duration("grace", Duration.ofSeconds(3)),
                section.duration("controlTimeout", Duration.ofSeconds(10)),
                section.duration("endingWait", Duration.ofSeconds(1)),
                section.duration("straggler", Duration.ofSeconds(1)),
                section.duration("clientPing", Duration.ofSeconds(30)),
                section.duration("clientSilence", Duration.ofSeconds(90)),
                section.duration("clientClose", Duration.ofSeconds(1)));
    }
}
