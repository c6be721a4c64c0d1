package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The plain channel beside a terminal: kills the run and ends the launcher. Requests are NUL-ended fields {@code op id argument...},
 * answers lines {@code id status}. What its stderr says is the command's stderr.
 */
final class Control {
    private final Channel channel;
    private final Vertx vertx;
    private final Duration timeout;
    private final Map<String, Promise<Integer>> asked = new HashMap<>();
    private final StringBuilder answers = new StringBuilder();
    private int requests;

    Control(Vertx vertx, Channel channel, Duration timeout) {
        this.vertx = vertx;
        this.channel = channel;
        this.timeout = timeout;
    }

    Channel channel() {
        return channel;
    }

    /** Gives the launcher and the run into its care: they end with it. A launcher of 0 is none. */
    Future<Boolean> mind(long launcherPid, long tag) {
        return ask("mind", launcherPid == 0 ? "" : Long.toString(launcherPid), Long.toString(tag));
    }

    /** Kills all processes of the run; false when some could not be killed. */
    Future<Boolean> kill() {
        return ask("krun");
    }

    /** Ends the launcher, then itself. */
    Future<Boolean> end() {
        return ask("end");
    }

    void heartbeat() {
        channel.write("\0");
    }

    /** To be called with what the channel says on its standard output. */
    void answered(Buffer data) {
        answers.append(data.toString(StandardCharsets.US_ASCII));
        for (int end = answers.indexOf("\n"); end >= 0; end = answers.indexOf("\n")) {
            String[] words = answers.substring(0, end).split(" ", 2);
            answers.delete(0, end + 1);
            Promise<Integer> promise = asked.remove(words[0]);
            if (promise != null && words.length == 2)
                promise.tryComplete(words[1].strip().equals("0") ? 0 : 1);
        }
    }

    /** To be called when the channel is lost. */
    void lost(Channel.Loss loss) {
        var all = Map.copyOf(asked);
        asked.clear();
        all.values().forEach(promise -> promise.tryFail("the control channel was lost: " + loss.reason()));
    }

    private Future<Boolean> ask(String op, String... arguments) {
        String id = Integer.toString(++requests);
        var fields = new StringBuilder(op).append('\0').append(id).append('\0');
        for (String argument : arguments)
            fields.append(argument).append('\0');
        Promise<Integer> answer = Promise.promise();
        asked.put(id, answer);
        var timer = new Timer(vertx, () -> {
            asked.remove(id);
            answer.tryFail("no answer to " + op + " within " + timeout.toMillis() + " ms");
        });
        timer.start(timeout);
        channel.write(fields.toString()).onFailure(answer::tryFail);
        return answer.future().onComplete(done -> timer.cancel()).map(status -> status == 0);
    }
}
