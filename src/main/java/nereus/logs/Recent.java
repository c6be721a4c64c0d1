package nereus.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import nereus.api.Onlookers.LastTrouble;

/** The last warnings and errors of the log. */
final class Recent extends AppenderBase<ILoggingEvent> {
    private static final int KEPT = 20;
    private static final int LONGEST = 1000;

    private final Deque<LastTrouble> troubles = new ArrayDeque<>();

    /** The newest first. */
    List<LastTrouble> troubles() {
        synchronized (troubles) {
            return List.copyOf(troubles);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(Level.WARN)) {
            return;
        }
        String message = event.getFormattedMessage();
        LastTrouble trouble = new LastTrouble(event.getInstant().toString(), event.getLevel().toString(),
                message.length() > LONGEST ? message.substring(0, LONGEST) + "..." : message);
        synchronized (troubles) {
            troubles.addFirst(trouble);
            if (troubles.size() > KEPT) {
                troubles.removeLast();
            }
        }
    }
}
