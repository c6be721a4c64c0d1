package nereus.devagent.driver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/**
 * A process that outlives the agent by a moment: when the agent is killed, it kills the plain runners, which nothing else ties to
 * the agent. It learns of them, and of the agent's end, through a pipe.
 */
final class Guardian implements AutoCloseable {
    private final Child child;
    private final InputPipe orders;

    Guardian(Spawner spawner, Poller poller, int nothing) throws DriverFailure {
        int[] pipe = Libc.pipe();
        try {
            child = Child.start(spawner, poller, List.of("/bin/sh", "-c", Scripts.GUARDIAN),
                    Map.of("PATH", Sandbox.PATH), true,
                    pipe[0], nothing, nothing);
        } catch (DriverFailure e) {
            Libc.close(pipe[1]);
            throw e;
        } finally {
            Libc.close(pipe[0]);
        }
        Libc.nonBlocking(pipe[1]);
        orders = new InputPipe(poller, new Descriptor(pipe[1]));
    }

    void watch(String mark, int uid) {
        tell("+", mark, uid);
    }

    void forget(String mark, int uid) {
        tell("-", mark, uid);
    }

    private void tell(String sign, String mark, int uid) {
        String line = sign + " " + mark + " " + (uid < 0 ? "-" : Integer.toString(uid)) + "\n";
        orders.write(line.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        orders.end();
        child.exit().join();
    }
}
