package nereus.api;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import nereus.execution.Executions.TooManyExecutions;
import nereus.execution.InvalidCommand;
import nereus.files.FilesException;
import nereus.files.SpoolException;
import nereus.nomad.NomadException;
import nereus.pool.ClaimException;
import nereus.pool.Ledger;
import nereus.pool.Reservations;
import nereus.sync.HouseKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where an error becomes a status. A client never sees more than a message; what nobody expected is logged here,
 * once, under a number that the client is told.
 */
final class ErrorAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);
    private final AtomicLong unexpected = new AtomicLong();

    /** @param what names the request in the log */
    Answer answer(String what, Throwable error) {
        return answer(what, error, (code, message) -> Answer.error(500, code, message));
    }

    /** The same, but what would be a 500 has another status and, being a 4xx, no code. */
    Answer answer(String what, Throwable error, int insteadOf500) {
        return answer(what, error, (code, message) -> Answer.refusal(insteadOf500, message));
    }

    private Answer answer(String what, Throwable error, BiFunction<ErrorCode, String, Answer> fault) {
        return switch (error) {
            case Refusal refusal -> refusal.answer();
            case FleetGate.Closed e -> fault.apply(ErrorCode.NOMAD_UNREACHABLE, message(e));
            case ClaimException.UnknownEnvironment e -> Answer.refusal(404, message(e));
            case ClaimException.NoRunner e -> {
                Answer answer = fault.apply(ErrorCode.NOMAD_OVERLOAD, message(e));
                yield e.retryAfterSeconds() == 0
                        ? answer
                        : answer.with("Retry-After", Integer.toString(e.retryAfterSeconds()));
            }
            case ClaimException.NotRecorded e -> fault.apply(ErrorCode.NOMAD_UNREACHABLE, message(e));
            case Reservations.Unknown e -> Answer.refusal(404, message(e));
            case Reservations.TooMany e -> Answer.refusal(429, message(e));
            // 400, for it is the client's doing, and CodeOcean knows no 429.
            case TooManyExecutions e -> Answer.refusal(400, message(e));
            case InvalidCommand e -> Answer.refusal(400, message(e));
            case FilesException.NotFound e -> Answer.refusal(424, message(e));
            case FilesException.TooMany e -> Answer.refusal(424, message(e));
            case FilesException.CopyFailed e -> fault.apply(ErrorCode.UNKNOWN, message(e));
            case FilesException.Unavailable e -> logged(fault, what, ErrorCode.NOMAD_UNREACHABLE, e);
            case SpoolException.TooLarge e -> Answer.refusal(413, message(e));
            // 429 like all that others hold: to CodeOcean each error of a copy means another runner and one more try.
            case SpoolException.Full e -> Answer.refusal(429, message(e));
            case SpoolException.Broken e -> logged(fault, what, ErrorCode.UNKNOWN, e);
            case NomadException.Superseded e -> logged(fault, what, ErrorCode.NOMAD_UNREACHABLE, e);
            case HouseKeeper.Busy e -> Answer.refusal(429, message(e));
            case Ledger.NotBelieved e -> logged(fault, what, ErrorCode.UNKNOWN, e);
            case NomadException.Unreachable e -> logged(fault, what, ErrorCode.NOMAD_UNREACHABLE, e);
            case NomadException e -> logged(fault, what, ErrorCode.UNKNOWN, e);
            default -> unexpected(fault, what, error);
        };
    }

    private static Answer logged(BiFunction<ErrorCode, String, Answer> fault, String what, ErrorCode code,
            RuntimeException error) {
        LOG.warn("{}: {}", what, error.getMessage());
        return fault.apply(code, message(error));
    }

    private Answer unexpected(BiFunction<ErrorCode, String, Answer> fault, String what, Throwable error) {
        long number = unexpected.incrementAndGet();
        LOG.error("unexpected error {} in {}", number, what, error);
        return fault.apply(ErrorCode.UNKNOWN, "unexpected error " + number + ", see the log of Nereus");
    }

    private static String message(Throwable error) {
        return String.valueOf(error.getMessage());
    }
}
