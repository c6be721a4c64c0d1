package nereus.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
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
    private final Output output;
    private final RequestLog requests;
    private final RunnerLog runners;
    private final boolean ofRunners;
    private final Recent recent = new Recent();
    private final LoggerContext context;
    private final LevelsFile levels;
    private final @Nullable Level before;

    public Logs(LogSettings settings) {
        this.requests = new RequestLog(settings.requests(), settings.commands());
        this.runners = new RunnerLog(settings.runners());
        this.ofRunners = settings.runners();
        this.context = (LoggerContext) LoggerFactory.getILoggerFactory();
        this.before = context.getLogger("nereus").getLevel();
        context.getLogger("nereus").setLevel(settings.level());
        // Whatever else is wanted of the log.
        context.getLogger(RequestLog.AUDIT).setLevel(Level.INFO);
        recent.setContext(context);
        recent.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(recent);
        this.output = Output.of(context, settings.json());
        this.levels = new LevelsFile(context,
                settings.levelsFile().isEmpty() ? Optional.empty() : Optional.of(Path.of(settings.levelsFile())),
                settings.level());
        levels.reread();
    }

    public RequestWatch requests() {
        return requests;
    }

    public LifeWatch runners() {
        return runners;
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
        return output.dropped();
    }

    /** Waits a while, two seconds at most, until what was logged is written: for whoever ends the process. Blocks. */
    public void flush() {
        var _ = output.flush();
    }

    /** Looks again at the file of levels. Blocks. */
    public void reread() {
        levels.reread();
    }

    @Override
    public void close() {
        output.close();
        levels.forget();
        context.getLogger(RequestLog.AUDIT).setLevel(null);
        context.getLogger("nereus").setLevel(before);
        context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(recent);
        recent.stop();
    }
}
