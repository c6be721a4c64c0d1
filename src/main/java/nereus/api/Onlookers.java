package nereus.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who stands around the API: hears of its requests, and lends it what it shows of the whole service.
 *
 * @param metrics what {@code /metrics} answers, in Prometheus' text format; empty when it is shown elsewhere, or nowhere
 * @param metricsOpen whether {@code /metrics} needs no token
 * @param troubles the last warnings and errors of the log, the newest first
 */
public record Onlookers(RequestWatch watch, Supplier<Optional<String>> metrics, boolean metricsOpen,
        Supplier<List<LastTrouble>> troubles) {
    static final Onlookers NONE = new Onlookers(RequestWatch.NONE, Optional::empty, false, List::of);

    /**
     * A warning or an error of the log.
     *
     * @param at RFC 3339
     */
    public record LastTrouble(String at, String level, String message) {}
}
