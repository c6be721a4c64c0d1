package nereus.devagent.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/**
 * Starts programs, all from one thread that lives as long as the driver: the kernel ties "die with the parent" to the thread that
 * started the child, not to its process.
 *
 * <p>posix_spawn instead of ProcessBuilder: no thread per process, a session of its own, every signal back to its default (an
 * agent started in the background ignores SIGINT, and so would its runners), and no descriptor of the agent's passed on.
 */
final class Spawner implements AutoCloseable {
    private static final short SIGNALS_AND_MASK = 0x04 | 0x08;
    private static final short OWN_SESSION = 0x80;

    private static final MethodHandle SPAWN = Libc.handle("posix_spawn",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS), 0);
    private static final MethodHandle ACTIONS_INIT = Libc.handle("posix_spawn_file_actions_init",
            FunctionDescriptor.of(JAVA_INT, ADDRESS), 0);
    private static final MethodHandle ACTIONS_DESTROY = Libc.handle("posix_spawn_file_actions_destroy",
            FunctionDescriptor.of(JAVA_INT, ADDRESS), 0);
    private static final MethodHandle ADD_DUP = Libc.handle("posix_spawn_file_actions_adddup2",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 0);
    private static final MethodHandle ADD_CLOSE_FROM = Libc.handle("posix_spawn_file_actions_addclosefrom_np",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 0);
    private static final MethodHandle ATTRIBUTES_INIT = Libc.handle("posix_spawnattr_init",
            FunctionDescriptor.of(JAVA_INT, ADDRESS), 0);
    private static final MethodHandle ATTRIBUTES_DESTROY = Libc.handle("posix_spawnattr_destroy",
            FunctionDescriptor.of(JAVA_INT, ADDRESS), 0);
    private static final MethodHandle SET_FLAGS = Libc.handle("posix_spawnattr_setflags",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT), 0);
    private static final MethodHandle SET_DEFAULTS = Libc.handle("posix_spawnattr_setsigdefault",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), 0);
    private static final MethodHandle SET_MASK = Libc.handle("posix_spawnattr_setsigmask",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), 0);
    private static final MethodHandle FILL_SIGNALS = Libc.handle("sigfillset", FunctionDescriptor.of(JAVA_INT, ADDRESS),
            0);

    private final ExecutorService thread = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("driver-spawn").factory());

    /**
     * Starts a program.
     *
     * @param command its absolute path and arguments
     * @param ownSession whether it leads a session from the start
     * @param descriptors what becomes its descriptors 0, 1, 2; it gets no others
     * @return its process id
     */
    int spawn(List<String> command, Map<String, String> environment, boolean ownSession, int... descriptors)
            throws DriverFailure {
        List<String> variables = new ArrayList<>(environment.size());
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        Future<Integer> pid = thread.submit(() -> spawnHere(command, variables, ownSession, descriptors));
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    int result = pid.get();
                    if (result < 0) {
                        throw new DriverFailure("failed to start " + command.getFirst() + ": error number " + -result);
                    }
                    return result;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("failed to start " + command.getFirst(), e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int spawnHere(List<String> command, List<String> variables, boolean ownSession, int... descriptors) {
        short flags = (short) (SIGNALS_AND_MASK | (ownSession ? OWN_SESSION : 0));
        try (Arena arena = Arena.ofConfined()) {
            // glibc's sizes are 80, 336 and 128 bytes.
            MemorySegment actions = arena.allocate(256, 16);
            MemorySegment attributes = arena.allocate(1024, 16);
            MemorySegment signals = arena.allocate(128, 16);
            MemorySegment none = arena.allocate(128, 16);
            MemorySegment pid = arena.allocate(JAVA_INT);
            MemorySegment arguments = strings(arena, command);
            MemorySegment environment = strings(arena, variables);
            Libc.call(errno -> (int) ACTIONS_INIT.invokeExact(errno, actions));
            Libc.call(errno -> (int) ATTRIBUTES_INIT.invokeExact(errno, attributes));
            try {
                for (int i = 0; i < descriptors.length; i++) {
                    int target = i;
                    must(errno -> (int) ADD_DUP.invokeExact(errno, actions, descriptors[target], target));
                }
                must(errno -> (int) ADD_CLOSE_FROM.invokeExact(errno, actions, descriptors.length));
                must(errno -> (int) FILL_SIGNALS.invokeExact(errno, signals));
                must(errno -> (int) SET_DEFAULTS.invokeExact(errno, attributes, signals));
                must(errno -> (int) SET_MASK.invokeExact(errno, attributes, none));
                must(errno -> (int) SET_FLAGS.invokeExact(errno, attributes, flags));
                int error = Libc.call(errno -> (int) SPAWN.invokeExact(errno, pid, arguments.get(ADDRESS, 0), actions,
                        attributes, arguments, environment));
                return error != 0 ? -error : pid.get(JAVA_INT, 0);
            } finally {
                Libc.call(errno -> (int) ACTIONS_DESTROY.invokeExact(errno, actions));
                Libc.call(errno -> (int) ATTRIBUTES_DESTROY.invokeExact(errno, attributes));
            }
        }
    }

    /** These return their error number instead of leaving it in errno. */
    private static void must(Libc.Call call) {
        Libc.check("posix_spawn's preparation", -Math.abs(Libc.call(call)));
    }

    private static MemorySegment strings(Arena arena, List<String> values) {
        MemorySegment array = arena.allocate(ADDRESS, values.size() + 1L);
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
        }
        return array;
    }

    /** Ends the thread, and with it every child that dies with its parent. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
