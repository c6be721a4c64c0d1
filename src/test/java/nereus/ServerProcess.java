package nereus;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server as a process of its own, started as the launcher starts it; its port is read from what it says. */
public final class ServerProcess implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listen(?:s|ing) on (?:http://)?127\\.0\\.0\\.1:([0-9]+)");

    private final Process process;
    private final int port;
    private final List<String> said;

    private ServerProcess(Process process, int port, List<String> said) {
        this.process = process;
        this.port = port;
        this.said = said;
    }

    public static ServerProcess start(Path directory, Map<String, String> environment, String... arguments)
            throws Exception {
        return start(directory, "256m", environment, arguments);
    }

    /**
     * Starts one, and waits until it listens.
     *
     * @param heap the most memory for objects, as {@code -Xmx} takes it
     */
    public static ServerProcess start(Path directory, String heap, Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap, "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                        System.getProperty("java.class.path"), "nereus.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        List<String> said = new CopyOnWriteArrayList<>();
        Thread.ofPlatform().daemon().start(() -> read(process, port, said));
        return new ServerProcess(process, port.get(60, TimeUnit.SECONDS), said);
    }

    public int port() {
        return port;
    }

    /** Every line that it has said so far, on either output. */
    List<String> said() {
        return said;
    }

    /** Waits until it has ended by itself; its exit code. */
    int awaitEnd() {
        return process.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue();
    }

    /** SIGTERM; does not wait. */
    void terminate() {
        process.destroy();
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        } catch (CompletionException late) {
            kill();
            throw new AssertionError("did not stop within 30 s of SIGTERM", late);
        }
    }

    /** Reads to the end, so that the process never blocks on its output. */
    private static void read(Process process, CompletableFuture<Integer> port, List<String> said) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (!port.isDone()) {
                    Matcher listening = LISTENING.matcher(line);
                    if (listening.find()) {
                        port.complete(Integer.valueOf(listening.group(1)));
                    }
                }
            }
            port.completeExceptionally(new AssertionError("ended before it listened: " + String.join("\n", said)));
        } catch (IOException ended) {
            port.completeExceptionally(ended);
        }
    }
}
