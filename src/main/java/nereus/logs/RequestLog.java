package nereus.logs;

import java.util.Set;
import nereus.api.RequestWatch;
import nereus.api.Served;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for each request, and the audit: one for each change of a definition. */
final class RequestLog implements RequestWatch {
    /** What is asked every few seconds for ever. */
    private static final Set<String> PROBES = Set.of("/livez", "/readyz", "/metrics", "/health");
    private static final int LONGEST_COMMAND = 1000;
    private static final Logger requests = LoggerFactory.getLogger("nereus.requests");
    private static final Logger audit = LoggerFactory.getLogger("nereus.audit");

    private final LineQueue lines;
    private final boolean wanted;
    private final boolean commands;

    /**
     * @param wanted whether requests are to be logged; the audit always is
     * @param commands whether the commands' text is
     */
    RequestLog(LineQueue lines, boolean wanted, boolean commands) {
        this.lines = lines;
        this.wanted = wanted;
        this.commands = commands;
    }

    @Override
    public void served(Served request) {
        Level level = PROBES.contains(request.route()) ? Level.DEBUG : Level.INFO;
        if (wanted && requests.isEnabledForLevel(level)) {
            lines.add(() -> write(level, request));
        }
    }

    private void write(Level level, Served request) {
        LoggingEventBuilder line = requests.atLevel(level);
        field(line, "route", request.route());
        field(line, "runner", request.runner());
        Integer environment = request.environment() == null ? request.wanted() : request.environment();
        field(line, "environment", environment == null ? "" : environment.toString());
        field(line, "execution", request.execution());
        field(line, "failure", request.failure());
        field(line, "in", request.received() == 0 ? "" : Long.toString(request.received()));
        field(line, "out", request.sent() == 0 ? "" : Long.toString(request.sent()));
        field(line, "token", request.token());
        field(line, "client", request.client());
        field(line, "trace", request.trace().id());
        field(line, "span", request.trace().span());
        if (commands) {
            field(line, "command", shown(request.command()));
        }
        line.log("{} {} {} {} ms", request.method(), request.path(), request.status(),
                Math.round(request.took().toNanos() / 1e5) / 10.0);
    }

    /** Not through the queue: no line of the audit is ever dropped. */
    @Override
    public void changed(Change change) {
        LoggingEventBuilder line = audit.atInfo();
        field(line, "token", change.token());
        field(line, "client", change.client());
        field(line, "trace", change.trace().id());
        line.log("{}: {}", change.what(), change.detail());
    }

    static void field(LoggingEventBuilder line, String name, String value) {
        if (!value.isEmpty()) {
            var _ = line.addKeyValue(name, value);
        }
    }

    /** On one line. */
    private static String shown(String command) {
        String part = command.substring(0, Math.min(LONGEST_COMMAND, command.length()));
        return part.replaceAll("\\p{Cntrl}", " ") + (part.length() < command.length() ? "..." : "");
    }
}
