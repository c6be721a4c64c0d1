package nereus.api;

import java.util.concurrent.atomic.AtomicLong;
import nereus.execution.Executions.TooManyExecutions;
import nereus.execution.InvalidCommand;
import nereus.files.FilesException;
import nereus.files.SpoolException;
import nereus.nomad.NomadException;
import nereus.pool.ClaimException;
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
        return switch (error) {
            case Refusal refusal -> refusal.answer();
            case ClaimException.UnknownEnvironment e -> Answer.refusal(404, message(e));
            case ClaimException.NoRunner e -> Answer.error(500, ErrorCode.NOMAD_OVERLOAD, message(e));
            case ClaimException.NotRecorded e -> Answer.error(500, ErrorCode.NOMAD_UNREACHABLE, message(e));
            // 400, for it is the client's doing, and CodeOcean knows no 429.
            case TooManyExecutions e -> Answer.refusal(400, message(e));
            case InvalidCommand e -> Answer.refusal(400, message(e));
            case FilesException.NotFound e -> Answer.refusal(424, message(e));
            case FilesException.TooMany e -> Answer.refusal(424, message(e));
            case FilesException.CopyFailed e -> Answer.error(500, ErrorCode.UNKNOWN, message(e));
            case FilesException.Unavailable e -> logged(what, ErrorCode.NOMAD_UNREACHABLE, e);
            case SpoolException.TooLarge e -> Answer.refusal(413, message(e));
            // 429 like all that others hold: to CodeOcean each error of a copy means another runner and one more try.
            case SpoolException.Full e -> Answer.refusal(429, message(e));
            case SpoolException.Broken e -> logged(what, ErrorCode.UNKNOWN, e);
            case NomadException.Unreachable e -> logged(what, ErrorCode.NOMAD_UNREACHABLE, e);
            case NomadException e -> logged(what, ErrorCode.UNKNOWN, e);
            default -> unexpected(what, error);
        };
    }

    private static Answer logged(String what, ErrorCode code, RuntimeException error) {
        LOG.warn("{}: {}", what, error.getMessage());
        return Answer.error(500, code, message(error));
    }

    private Answer unexpected(String what, Throwable error) {
        long number = unexpected.incrementAndGet();
        LOG.error("unexpected error {} in {}", number, what, error);
        return Answer.error(500, ErrorCode.UNKNOWN, "unexpected error " + number + ", see the log of Nereus");
    }

    private static String message(Throwable error) {
        return String.valueOf(error.getMessage());
    }
}
