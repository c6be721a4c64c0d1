package nereus.devagent.driver;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs tasks. The agent's process driver and the simulator's pretended one are the two kinds. */
public interface TaskDriver {
    /**
     * Starts a task's main process.
     *
     * @param onExit called once, on a thread of the driver, when the main process ends by itself or by {@link Task#kill}
     * @throws DriverFailure when it cannot be started; the message is the text of Nomad's {@code Driver Failure} event
     */
    Task start(TaskSpec spec, Consumer<TaskExit> onExit) throws DriverFailure;

    /** Everything a driver needs of an allocation's task. {@code config} is the job's driver configuration, as JSON gave it. */
    record TaskSpec(String allocationId, String jobId, String taskName, String driver, Map<String, Object> config,
            Map<String, String> environment, int memoryMb, int memoryMaxMb) {}

    /** How a main process ended; {@code signal} is 0 when it exited by itself. */
    record TaskExit(int code, int signal, boolean outOfMemory) {}

    /** A running task. */
    interface Task {
        /** Kills all processes of the task, at once, and removes what it left behind. Idempotent. */
        void kill();

        /** Starts a further process inside the task, as Nomad's exec does. */
        Exec exec(List<String> command, boolean terminal, ExecListener listener) throws DriverFailure;
    }

    /** A process started by {@link Task#exec}. Nothing here waits for the process. */
    interface Exec {
        /** Writes standard input; blocks while the process does not read. */
        void write(byte[] data);

        /** End of input on a plain exec; nothing on a terminal. */
        void closeInput();

        void resize(int rows, int columns);

        /**
         * The client is gone: the process lives on with its input open, and blocks once it has filled the buffers that nobody
         * reads (Nomad 2.0.5 with Docker).
         */
        void detach();
    }

    /** What an exec tells, on a thread of the driver; blocking in {@link #output} blocks the process. */
    interface ExecListener {
        /** At most 4096 bytes; stderr is always false on a terminal. */
        void output(boolean stderr, byte[] data);

        /** The process has ended and its output up to then was delivered; 128+n for a signal. */
        void exited(int code);
    }

    /** A task or process that could not be started. */
    final class DriverFailure extends Exception {
        private static final long serialVersionUID = 1L;

        public DriverFailure(String message) {
            super(message);
        }
    }
}
