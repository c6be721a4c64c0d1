package nereus.devagent;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import nereus.devagent.http.Framing;
import nereus.devagent.model.Delays;
import org.jspecify.annotations.Nullable;

/**
 * What the agent can be told. Start from {@link #local} and change what differs.
 *
 * @param host a loopback address; any other is refused, for whoever reaches the agent runs commands on this machine
 * @param port 0 for any free one
 * @param stateDirectory where the state is kept over a restart; null for nowhere
 * @param sync whether a write is on the disk, not only with the operating system, before it is answered
 * @param seed of ids and of what else is left to chance; null for a new one each time
 * @param cpu the node's compute in MHz, against which tasks' {@code Resources.CPU} count
 * @param memoryMb the node's memory, against which tasks' {@code Resources.MemoryMB} count
 * @param drivers the drivers that jobs may name; all are run by the one driver given
 * @param startsAtOnce how many tasks are being started at the same time
 * @param deadExecs the share of execs that are dead from the start, 0 to 1
 * @param chaos whether it can be told over HTTP which faults to have
 */
public record AgentSettings(String host, int port, @Nullable Path stateDirectory, boolean sync, Delays delays,
        Framing framing, @Nullable Long seed, int cpu, int memoryMb, List<String> drivers, int startsAtOnce,
        double deadExecs, boolean chaos) {

    public AgentSettings {
        if (!loopback(host)) {
            throw new IllegalArgumentException("the embedded agent only listens on a loopback address, not on \"" + host
                    + "\": whoever reaches it can run commands on this machine");
        }
        if (startsAtOnce < 1) {
            throw new IllegalArgumentException("startsAtOnce must be 1 or more, not " + startsAtOnce);
        }
    }

    /** Nomad's delays, no state, plenty of pretended capacity. */
    public static AgentSettings local(int port) {
        return new AgentSettings("127.0.0.1", port, null, false, Delays.nomad(), Framing.UNFRAMED, null, 1_000_000,
                2_000_000, List.of("docker", "exec", "raw_exec", "mock_driver"), 8, 0, false);
    }

    public AgentSettings withHost(String value) {
        return new AgentSettings(value, port, stateDirectory, sync, delays, framing, seed, cpu, memoryMb, drivers,
                startsAtOnce, deadExecs, chaos);
    }

    public AgentSettings withState(Path directory, boolean synced) {
        return new AgentSettings(host, port, directory, synced, delays, framing, seed, cpu, memoryMb, drivers,
                startsAtOnce, deadExecs, chaos);
    }

    public AgentSettings withDelays(Delays value) {
        return new AgentSettings(host, port, stateDirectory, sync, value, framing, seed, cpu, memoryMb, drivers,
                startsAtOnce, deadExecs, chaos);
    }

    public AgentSettings withFraming(Framing value) {
        return new AgentSettings(host, port, stateDirectory, sync, delays, value, seed, cpu, memoryMb, drivers,
                startsAtOnce, deadExecs, chaos);
    }

    public AgentSettings withSeed(long value) {
        return new AgentSettings(host, port, stateDirectory, sync, delays, framing, value, cpu, memoryMb, drivers,
                startsAtOnce, deadExecs, chaos);
    }

    public AgentSettings withCapacity(int cpuMhz, int memory) {
        return new AgentSettings(host, port, stateDirectory, sync, delays, framing, seed, cpuMhz, memory, drivers,
                startsAtOnce, deadExecs, chaos);
    }

    public AgentSettings withDeadExecs(double share) {
        return new AgentSettings(host, port, stateDirectory, sync, delays, framing, seed, cpu, memoryMb, drivers,
                startsAtOnce, share, chaos);
    }

    /** An agent that is told over HTTP which faults to have. */
    public AgentSettings withChaos() {
        return new AgentSettings(host, port, stateDirectory, sync, delays, framing, seed, cpu, memoryMb, drivers,
                startsAtOnce, deadExecs, true);
    }

    private static boolean loopback(String host) {
        try {
            InetAddress[] all = InetAddress.getAllByName(host);
            for (InetAddress address : all) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return all.length > 0;
        } catch (UnknownHostException unknown) {
            return false;
        }
    }
}
