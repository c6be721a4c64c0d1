package nereus.logs;

import java.util.Set;
import nereus.api.RequestWatch;
import nereus.api.Served;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for each request, and the audit: one for each change of a definition. */
final class RequestLog implements RequestWatch {
    /** What is asked every few seconds for ever. */
    private static final Set<String> PROBES = Set.of("/livez", "/readyz", "/metrics", "/health");
    static final String AUDIT = "nereus.audit";
    private static final Logger requests = LoggerFactory.getLogger("nereus.requests");
    private static final Logger audit = LoggerFactory.getLogger(AUDIT);

    private final boolean wanted;
    private final boolean commands;

    /**
     * @param wanted whether requests are to be logged; the audit always is
     * @param commands whether the commands' text is
     */
    RequestLog(boolean wanted, boolean commands) {
        this.wanted = wanted;
        this.commands = commands;
    }

    @Override
    public void served(Served request) {
        Level level = PROBES.contains(request.route()) ? Level.DEBUG : Level.INFO;
        if (wanted && requests.isEnabledForLevel(level)) {
            write(level, request);
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
            field(line, "command", request.command());
        }
        line.log("{} {} {} {} ms", request.method(), request.path(), request.status(),
                Math.round(request.took().toNanos() / 1e5) / 10.0);
    }

    /** A line that always finds room, whatever level the log has. */
    @Override
    public void changed(Change change) {
        LoggingEventBuilder line = audit.atInfo();
        field(line, "token", change.token());
        field(line, "client", change.client());
        // A request's thread says it by itself.
        field(line, "trace", MDC.get("trace") == null ? change.trace().id() : "");
        line.log("{}: {}", change.what(), change.detail());
    }

    static void field(LoggingEventBuilder line, String name, String value) {
        if (!value.isEmpty()) {
            var _ = line.addKeyValue(name, value);
        }
    }

    /** Of the audit, or below it. */
    static boolean isAudit(String logger) {
        return logger.equals(AUDIT) || logger.startsWith(AUDIT + ".");
    }
}
