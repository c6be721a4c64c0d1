package nereus.devagent.driver;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/** Starts a task's main process and waits until it stands. */
final class MainProcess {
    private MainProcess() {}

    static Roots start(Workshop workshop, TaskDirectory directory, Optional<MemoryGroup> group, String hostname,
            List<String> command,
            Map<String, String> environment) throws DriverFailure {
        Sandbox sandbox = workshop.sandbox();
        Poller poller = workshop.poller();
        List<String> all = sandbox.main(directory, hostname, command);
        int[] pipe = Libc.pipe();
        StartReport report = new StartReport();
        OutputPump pump = new OutputPump(poller, Pipes.ours(pipe[0]), false, report);
        int nothing = workshop.nothing();
        Child main;
        try {
            main = Child.start(workshop.spawner(), poller, group.map(g -> g.around(all)).orElse(all), environment,
                    sandbox.ownSession(), nothing, nothing, pipe[1], pipe[1]);
        } catch (DriverFailure e) {
            pump.close();
            throw e;
        } finally {
            Libc.close(pipe[1]);
        }
        pump.start();
        main.onExit(status -> pump.ended());
        pump.onDone(report::ended);
        try {
            // The pipe stays open until the process has ended: what it may still tell on it must not end it with SIGPIPE.
            return new Roots(directory, main, report.await(), poller);
        } catch (DriverFailure e) {
            main.kill();
            main.exit().join();
            pump.close();
            throw e;
        }
    }
}
