package nereus.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nereus.api.Onlookers.LastTrouble;
import nereus.api.RequestWatch;
import nereus.execution.ExecutionWatch;
import nereus.runner.LifeWatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log as the settings want it. Its library has one configuration for the whole process, so a second one would share the form. */
public final class Logs implements AutoCloseable {
    private final LineQueue lines = new LineQueue();
    private final RequestLog requests;
    private final RunnerLog runners;
    private final boolean ofRunners;
    private final Recent recent = new Recent();
    private final LoggerContext context;
    private final LevelsFile levels;
    private final @Nullable Level before;

    public Logs(LogSettings settings) {
        this.requests = new RequestLog(lines, settings.requests(), settings.commands());
        this.runners = new RunnerLog(lines);
        this.ofRunners = settings.runners();
        this.context = (LoggerContext) LoggerFactory.getILoggerFactory();
        this.before = context.getLogger("nereus").getLevel();
        context.getLogger("nereus").setLevel(settings.level());
        recent.setContext(context);
        recent.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(recent);
        if (settings.json()) {
            json();
        }
        this.levels = new LevelsFile(context,
                settings.levelsFile().isEmpty() ? Optional.empty() : Optional.of(Path.of(settings.levelsFile())),
                settings.level());
        levels.reread();
    }

    public RequestWatch requests() {
        return requests;
    }

    public LifeWatch runners() {
        return ofRunners ? runners : LifeWatch.NONE;
    }

    public ExecutionWatch executions() {
        return ofRunners ? runners : ExecutionWatch.NONE;
    }

    /** The last warnings and errors, the newest first. */
    public List<LastTrouble> troubles() {
        return recent.troubles();
    }

    /** Lines that found no room. */
    public long dropped() {
        return lines.dropped();
    }

    /** Looks again at the file of levels. Blocks. */
    public void reread() {
        levels.reread();
    }

    private void json() {
        if (context.getLogger(Logger.ROOT_LOGGER_NAME)
                .getAppender("STDERR") instanceof ConsoleAppender<ILoggingEvent> console) {
            JsonLines encoder = new JsonLines();
            encoder.setContext(context);
            encoder.start();
            console.setEncoder(encoder);
        }
    }

    @Override
    public void close() {
        lines.close();
        levels.forget();
        context.getLogger("nereus").setLevel(before);
        context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(recent);
        recent.stop();
    }
}
