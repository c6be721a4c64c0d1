package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** A launcher on its terminal: takes one command, then is the command's standard input and output. */
final class Terminal implements Standby {
    /** Restarts output that ^S has stopped; then the quit signal. */
    private static final Buffer QUIT = Buffer.buffer(new byte[]{0x11, 0x1c});
    private static final Buffer RESTART_OUTPUT = Buffer.buffer(new byte[]{0x11});

    private final Channel channel;
    private final Duration leave;
    private final Promise<Void> left = Promise.promise();
    private final Timer leaving;

    /** @param leave how long an unused launcher that is sent away may take; it ends by its own silence then */
    Terminal(Vertx vertx, Channel channel, Duration leave) {
        this.channel = channel;
        this.leave = leave;
        this.leaving = new Timer(vertx, () -> {
            channel.close();
            left.tryComplete();
        });
    }

    @Override
    public Channel channel() {
        return channel;
    }

    /** How the launcher changes to the unprivileged user: {@code setpriv}, or why it does otherwise. */
    String userChange() {
        return channel.remark();
    }

    /** Hands over the command. Lines of printable characters, the rest as {@code \0ooo}, for a terminal lies between. */
    Future<Void> run(String nonce, long tag, long controlPid, Command command) {
        var lines = new StringBuilder();
        lines.append(nonce).append(command.privileged() ? " root" : " user").append(" /proc/").append(controlPid)
                .append("/fd/9 ")
                .append(tag).append(command.exceedsArgument() ? " pipe " : " argument ")
                .append(command.environment().size())
                .append('\n');
        for (Map.Entry<String, String> variable : command.environment().entrySet())
            escape(lines, variable.getKey() + '=' + variable.getValue()).append('\n');
        escape(lines, command.text()).append('\n');
        return channel.write(Buffer.buffer(lines.toString().getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void stand(Consumer<Channel.Loss> lost) {
        channel.listen(new Channel.Sink() {
            @Override
            public void stdout(Buffer data) {
                // Answers to our heartbeats: that they come is all they say.
            }

            @Override
            public void stderr(Buffer data) {}

            @Override
            public void lost(Channel.Loss loss) {
                lost.accept(loss);
            }
        });
    }

    /** Only while the launcher has no command: later an empty line would be the command's. */
    @Override
    public void beat() {
        channel.write("\n");
    }

    void quit() {
        channel.write(QUIT);
    }

    void restartOutput() {
        channel.write(RESTART_OUTPUT);
    }

    /** Sends an unused launcher away. */
    @Override
    public Future<Void> dismiss() {
        if (!channel.alive())
            return Future.succeededFuture();
        leaving.start(leave);
        stand(loss -> {
            leaving.cancel();
            left.tryComplete();
        });
        channel.write("bye\n");
        return left.future();
    }

    /** Bytes as ISO-8859-1 characters. */
    private static StringBuilder escape(StringBuilder out, String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            if (c < 0x20 || c == 0x7f || c == '\\')
                out.append("\\0").append((char) ('0' + (c >> 6))).append((char) ('0' + (c >> 3 & 7)))
                        .append((char) ('0' + (c & 7)));
            else
                out.append((char) c);
        }
        return out;
    }
}
