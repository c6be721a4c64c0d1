package nereus.nomad;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import io.vertx.core.Vertx;
import java.net.ConnectException;

/**
 * Makes calls at whichever agent answers. Reads are tried again; a write goes to another agent only when it was certainly not
 * sent, so that no write ever happens twice. After several failures in a row calls fail at once, but for one probe at a time.
 */
final class Caller implements AutoCloseable {
    private final NomadSettings settings;
    private final Transport transport;
    private final Addresses addresses;
    private final Credentials credentials;
    private final FailsafeExecutor<Answer> reads;
    private final FailsafeExecutor<Answer> writes;
    private volatile String lastFailure = "";

    Caller(Vertx vertx, NomadSettings settings, Credentials credentials, Addresses addresses, Patience patience,
            CallWatch watch) {
        this.settings = settings;
        this.addresses = addresses;
        this.credentials = credentials;
        this.transport = new Transport(vertx, settings, credentials, watch);
        CircuitBreaker<Answer> breaker = CircuitBreaker.<Answer>builder().handle(NomadException.Unreachable.class)
                .withFailureThreshold(patience.failures()).withDelay(patience.rest()).withSuccessThreshold(1).build();
        RetryPolicy<Answer> again = RetryPolicy.<Answer>builder().handleIf(Caller::passing)
                .withMaxRetries(patience.retries()).withBackoff(patience.firstDelay(), patience.lastDelay())
                .withJitter(0.5).withMaxDuration(settings.call()).build();
        this.reads = Failsafe.with(again, breaker);
        this.writes = Failsafe.with(breaker);
    }

    Deadline deadline() {
        return Deadline.in(settings.call());
    }

    /** The answer, if its status is a success. */
    Answer call(Call call) {
        Answer answer = ask(call, deadline());
        if (!answer.ok()) {
            throw Refusals.of(call, answer);
        }
        return answer;
    }

    /** The answer if it is a success or 404; all other errors are thrown. */
    Answer ask(Call call, Deadline deadline) {
        try {
            return (call.write() ? writes : reads).get(() -> anywhere(call, deadline));
        } catch (CircuitBreakerOpenException e) {
            throw new NomadException.Unreachable(call.name() + ": not tried, for Nomad has not answered lately ("
                    + lastFailure + ")", false, e);
        } catch (FailsafeException e) {
            // Only an interruption between two attempts ends here; what calls throw is unchecked and comes as it is.
            Thread.currentThread().interrupt();
            throw new NomadException.Unreachable(call.name() + ": interrupted", false, e);
        }
    }

    private Answer anywhere(Call call, Deadline deadline) {
        NomadException.Unreachable last = new NomadException.Unreachable(call.name() + ": no time left", false,
                new ConnectException("no address tried"));
        for (Address address : addresses.inOrder()) {
            if (deadline.passed()) {
                break;
            }
            try {
                Answer answer = send(address, call, deadline);
                if (Refusals.helpless(answer)) {
                    addresses.failed(address);
                } else {
                    addresses.answered(address);
                }
                if (!answer.ok() && answer.status() != 404) {
                    throw Refusals.of(call, answer);
                }
                return answer;
            } catch (NomadException.Unreachable e) {
                addresses.failed(address);
                lastFailure = String.valueOf(e.getMessage());
                last = e;
                if (e.outcomeUnknown()) {
                    break;
                }
            }
        }
        throw last;
    }

    /**
     * Guard against a token that was replaced, and revoked, while the call was on its way: a refusal is certain, so it is sent once
     * more with the new one.
     */
    private Answer send(Address address, Call call, Deadline deadline) {
        String token = credentials.token();
        Answer answer = transport.send(address, call, token, deadline);
        if (answer.status() == 403 && !credentials.constant()) {
            String now = credentials.token();
            return now.equals(token) ? answer : transport.send(address, call, now, deadline);
        }
        return answer;
    }

    /** Whether the same read may go well a little later. */
    private static boolean passing(Throwable failure) {
        return failure instanceof NomadException.Unreachable
                || (failure instanceof NomadException.Refused refused
                        && (refused.status() >= 500 || refused.status() == 429));
    }

    @Override
    public void close() {
        transport.close();
    }
}
