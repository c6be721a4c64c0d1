package nereus.devagent.driver;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/** What a starting main process tells: the id of its namespaces' first process, then READY; or why it cannot be started. */
final class StartReport implements OutputPump.Reader {
    private static final Pattern CHILD = Pattern.compile("\"child-pid\": ([0-9]+)");
    private static final String READY = "READY\n";
    private static final int LONGEST = 16_384;
    private static final int SECONDS = 20;

    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    @Override
    public synchronized void take(byte[] data) {
        if (text.length() < LONGEST) {
            text.append(new String(data, StandardCharsets.UTF_8));
        }
        if (text.indexOf(READY) >= 0) {
            ready.complete(text.toString());
        }
    }

    /** No more will be told. */
    synchronized void ended() {
        ready.complete(text.toString());
    }

    private synchronized String told() {
        return text.toString();
    }

    /**
     * Waits for READY.
     *
     * @return the id of the first process of the task's namespaces, 0 if there is none
     */
    int await() throws DriverFailure {
        String told;
        try {
            told = ready.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new DriverFailure("the main process was not ready after " + SECONDS + " s: " + told());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DriverFailure("interrupted while the main process started");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (!told.contains(READY)) {
            throw new DriverFailure("Failed to start container: OCI runtime create failed: "
                    + told.lines().filter(line -> !line.contains("child-pid")).reduce((a, b) -> a + " " + b)
                            .orElse("no reason told"));
        }
        Matcher child = CHILD.matcher(told);
        return child.find() ? Integer.parseInt(child.group(1)) : 0;
    }
}
