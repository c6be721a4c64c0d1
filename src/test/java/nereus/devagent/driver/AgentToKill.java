package nereus.devagent.driver;

import java.nio.file.Path;
import java.util.Optional;

/** A process with a driver and a busy task, which a test kills. */
final class AgentToKill {
    private AgentToKill() {}

    public static void main(String[] arguments) throws Exception {
        ProcessDriver driver = ProcessDriver.open(Path.of(arguments[0]),
                Optional.of(SandboxKind.valueOf(arguments[1])));
        Bench.Started started = Bench.start(driver);
        Heard stubborn = Bench.plain(started.task(),
                ": " + started.id() + "; trap '' HUP TERM INT PIPE; setsid sleep 1000 & echo on; sleep 1000; exit 0");
        stubborn.awaitOut("on");
        Bench.terminal(started.task(), "/bin/bash", "-c", "echo on; exec sleep 1000").heard().awaitOut("on");
        System.out.println("task " + started.id());
        stubborn.exit();
    }
}
