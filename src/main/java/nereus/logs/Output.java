package nereus.logs;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.time.Duration;
import java.util.Optional;

/**
 * Where lines go: standard error, by way of a queue of its own while the service runs. In a process that holds two services the
 * first one's queue and form are the second's too.
 */
final class Output implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(2);

    private final Logger root;
    private final Optional<ConsoleAppender<ILoggingEvent>> console;
    private final Optional<LineQueue> queue;

    private Output(Logger root, Optional<ConsoleAppender<ILoggingEvent>> console, Optional<LineQueue> queue) {
        this.root = root;
        this.console = console;
        this.queue = queue;
    }

    /** @param json whether each line is an object instead of text */
    static Output of(LoggerContext context, boolean json) {
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        if (!(root.getAppender("STDERR") instanceof ConsoleAppender<ILoggingEvent> console)) {
            return new Output(root, Optional.empty(), Optional.empty());
        }
        if (json) {
            JsonLines encoder = new JsonLines();
            encoder.setContext(context);
            encoder.start();
            console.setEncoder(encoder);
        }
        LineQueue queue = new LineQueue(console, LineQueue.MOST);
        queue.setContext(context);
        queue.start();
        root.addAppender(queue);
        root.detachAppender(console);
        return new Output(root, Optional.of(console), Optional.of(queue));
    }

    /** Lines that found no room. */
    long dropped() {
        return queue.map(LineQueue::dropped).orElse(0L);
    }

    /**
     * Waits a while until what was logged is written. Blocks.
     *
     * @return whether it was
     */
    boolean flush() {
        try {
            return queue.isEmpty() || queue.get().flush(STOP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Lines go to standard error directly again; to nowhere when it still blocks, so that nobody hangs in the middle of the stop. */
    @Override
    public void close() {
        if (queue.isEmpty()) {
            return;
        }
        boolean flows = flush();
        root.detachAppender(queue.get());
        if (flows) {
            console.ifPresent(root::addAppender);
        }
        queue.get().stop();
    }
}
