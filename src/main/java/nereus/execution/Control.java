package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A plain channel that takes requests: beside a terminal it kills the run and ends the launcher, by itself it handles files. Requests are
 * NUL-ended fields {@code op id argument...}, answers the frames of {@link AnswerReader}. What its stderr says is the command's stderr.
 */
final class Control implements Standby {
    private static final int LONGEST_SAYING = 1 << 16;
    /** Bytes of standard error that what an ended run left behind may write while this waits for other work. */
    private static final long MOST_LATE = 256 << 10;

    /** Gets the frames of an answer that come before its last. */
    interface Parts {
        Parts NONE = new Parts() {
            @Override
            public void begin(long length) {}

            @Override
            public void bytes(Buffer data) {}
        };

        void begin(long length);

        void bytes(Buffer data);

        /** That frame is complete. */
        default void end() {}
    }

    private record Asked(Promise<Answer> answer, Parts parts) {}

    private final Channel channel;
    private final Vertx vertx;
    private final Duration timeout;
    private final AnswerReader reader = new AnswerReader(new Frames());
    private final Map<String, Asked> asked = new HashMap<>();
    private @Nullable String broken;
    private int requests;
    private boolean learned;
    private boolean used;
    private long late;

    Control(Vertx vertx, Channel channel, Duration timeout) {
        this.vertx = vertx;
        this.channel = channel;
        this.timeout = timeout;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    /** Gives the launcher and the run into its care: they end with it. A launcher of 0 is none. */
    Future<Boolean> mind(long launcherPid, long tag) {
        used = true;
        return ask("mind", launcherPid == 0 ? "" : Long.toString(launcherPid), Long.toString(tag));
    }

    /** Kills all processes of the run; false when some could not be killed. */
    Future<Boolean> kill() {
        return ask("krun");
    }

    /** Whether it stood beside a run: then that run's descendants may still hold its standard error. */
    boolean used() {
        return used;
    }

    /** Ends the launcher, whose run is over, and is there for other work. */
    Future<Boolean> done() {
        return ask("done");
    }

    /** Ends the launcher, then itself. */
    Future<Boolean> end() {
        return ask("end");
    }

    /** Teaches it further operations, once. Should it not learn them, the first of them fails. */
    void learn(String script) {
        if (learned)
            return;
        learned = true;
        ask("learn", script).onFailure(ignored -> {});
    }

    void heartbeat() {
        channel.write("\0");
    }

    @Override
    public void stand(Consumer<Channel.Loss> lost) {
        listen(lost, data -> {
            late += data.length();
            // Guard against what a run left behind and never stops writing: nobody reads it, and nobody holds it up.
            if (late > MOST_LATE && channel.alive()) {
                dismiss();
                lost.accept(new Channel.Loss(OptionalInt.empty(), "what an ended command left behind floods it"));
            }
        });
    }

    @Override
    public void beat() {
        send(Parts.NONE, "ping").onFailure(ignored -> {});
    }

    @Override
    public Future<Void> dismiss() {
        // Guard against one that nobody has listened to yet: its answer would not be heard.
        listen(loss -> {});
        return end().transform(done -> {
            channel.close();
            return Future.succeededFuture();
        });
    }

    /** Asks without a limit of time; fails when the channel is lost. */
    Future<Answer> send(Parts parts, String op, Buffer... arguments) {
        if (broken != null)
            return Future.failedFuture(broken);
        String id = Integer.toString(++requests);
        Buffer fields = Buffer.buffer(op + '\0' + id + '\0');
        for (Buffer argument : arguments)
            fields.appendBuffer(argument).appendByte((byte) 0);
        Promise<Answer> answer = Promise.promise();
        asked.put(id, new Asked(answer, parts));
        channel.write(fields).onFailure(answer::tryFail);
        return answer.future().onComplete(done -> asked.remove(id));
    }

    /**
     * Hears what its channel says from now on; what runs there has no standard error but its own answers.
     *
     * @param lost told once those who wait for answers were
     */
    void listen(Consumer<Channel.Loss> lost) {
        listen(lost, data -> {});
    }

    /** @param stderr gets what others say on its standard error */
    void listen(Consumer<Channel.Loss> lost, Consumer<Buffer> stderr) {
        channel.listen(new Channel.Sink() {
            @Override
            public void stdout(Buffer data) {
                answered(data);
            }

            @Override
            public void stderr(Buffer data) {
                stderr.accept(data);
            }

            @Override
            public void lost(Channel.Loss loss) {
                Control.this.lost(loss);
                lost.accept(loss);
            }
        });
    }

    /** To be called with what the channel says on its standard output. */
    void answered(Buffer data) {
        if (broken == null && !reader.feed(data))
            fail("the control channel said what is no answer");
    }

    /** To be called when the channel is lost. */
    void lost(Channel.Loss loss) {
        fail("the control channel was lost: " + loss.reason());
    }

    private void fail(String reason) {
        if (broken == null)
            broken = reason;
        var all = Map.copyOf(asked);
        asked.clear();
        all.values().forEach(waiting -> waiting.answer().tryFail(reason));
    }

    private Future<Boolean> ask(String op, String... arguments) {
        Promise<Boolean> answer = Promise.promise();
        var timer = new Timer(vertx,
                () -> answer.tryFail("no answer to " + op + " within " + timeout.toMillis() + " ms"));
        timer.start(timeout);
        var fields = new Buffer[arguments.length];
        for (int i = 0; i < fields.length; i++)
            fields[i] = Buffer.buffer(arguments[i]);
        send(Parts.NONE, op, fields).onComplete(done -> {
            timer.cancel();
            if (done.succeeded())
                answer.tryComplete(done.result().good());
            else
                answer.tryFail(done.cause());
        });
        return answer.future();
    }

    /** Hands each frame to the one who asked; an answer that nobody waits for any more is read and dropped. */
    private final class Frames implements AnswerReader.Listener {
        private String id = "";
        private @Nullable Asked current;
        private OptionalInt status = OptionalInt.empty();
        private Buffer said = Buffer.buffer();

        @Override
        public void head(String id, OptionalInt status, long length) {
            this.id = id;
            this.status = status;
            current = asked.get(id);
            said = Buffer.buffer();
            if (current != null && status.isEmpty())
                current.parts().begin(length);
        }

        @Override
        public void bytes(Buffer data) {
            if (current == null)
                return;
            if (status.isEmpty())
                current.parts().bytes(data);
            else if (said.length() + data.length() <= LONGEST_SAYING)
                said.appendBuffer(data);
        }

        @Override
        public void end() {
            if (current == null)
                return;
            if (status.isEmpty())
                current.parts().end();
            else if (asked.remove(id) != null)
                current.answer().tryComplete(Answer.of(status.getAsInt(), said.getBytes()));
        }
    }
}
