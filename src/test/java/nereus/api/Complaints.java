package nereus.api;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Listens to what is logged as a warning or an error, by us and by the libraries, until it is closed. */
public final class Complaints extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    public static Complaints listen() {
        Complaints complaints = new Complaints();
        complaints.setContext(complaints.root.getLoggerContext());
        complaints.start();
        complaints.root.addAppender(complaints);
        return complaints;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            String cause = event.getThrowableProxy() == null ? "" : " " + event.getThrowableProxy().getClassName();
            heard.add(event.getLevel() + " " + event.getLoggerName() + " - " + event.getFormattedMessage() + cause);
        }
    }

    public List<String> heard() {
        return List.copyOf(heard);
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
    }
}
