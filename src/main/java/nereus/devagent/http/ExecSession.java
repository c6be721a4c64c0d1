package nereus.devagent.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Semaphore;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.ExecListener;
import nereus.devagent.model.Delays;
import nereus.devagent.model.Refused;
import nereus.devagent.model.Tasks.Run;

/**
 * One exec over one WebSocket. The socket's side lives on its event loop; the process is started and written to on a virtual thread
 * of {@link ExecInput}, and its output arrives on the driver's threads, which wait here while the client does not read.
 */
final class ExecSession implements ExecListener {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Output on its way to the socket; more makes the process wait. */
    private static final int WINDOW = 256 * 1024;

    private final Vertx vertx;
    private final Context context;
    private final ServerWebSocket socket;
    private final Channel channel;
    private final Delays delays;
    private final boolean dead;
    private final Semaphore window = new Semaphore(WINDOW);
    private final ExecInput input;
    private boolean handshakeOwed;
    private volatile boolean gone;

    ExecSession(Vertx vertx, ServerWebSocket socket, Channel channel, Delays delays, boolean handshake, boolean dead) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.socket = socket;
        this.channel = channel;
        this.delays = delays;
        this.handshakeOwed = handshake;
        this.dead = dead;
        this.input = new ExecInput(full -> context.runOnContext(nothing -> flow(full)));
        socket.textMessageHandler(this::message);
        socket.binaryMessageHandler(data -> message(data.toString()));
        socket.exceptionHandler(failure -> Channels.cut(channel));
        socket.closeHandler(nothing -> leave());
    }

    /** Looks for the task at once, and starts the process when Nomad would have it running. */
    void begin(ModelAccess model, ExecStarter execs, String allocation, String task, List<String> command,
            boolean terminal) {
        Run run;
        try {
            run = model.read(m -> m.execTarget(allocation, task));
            if (run != null && command.isEmpty()) {
                throw new Refused(400, "command is not present");
            }
        } catch (Refused refused) {
            refuse(refused.status(), refused.getMessage());
            return;
        }
        later(delays.execOpen(), () -> {
            if (run == null) {
                Channels.cut(channel);
                return;
            }
            input.start(() -> execs.exec(run, command, terminal, dead ? Unheard.LISTENER : this), this::failed);
            if (dead) {
                finish(0);
            }
        });
    }

    private void failed(DriverFailure failure) {
        context.runOnContext(nothing -> refuse(500, String.valueOf(failure.getMessage())));
    }

    /** Closes as Nomad does: 1011 for its own failures, 1008 for the rest; a reason too long for a close frame is cut off. */
    void refuse(int status, String reason) {
        if (reason.getBytes(StandardCharsets.UTF_8).length > 123) {
            Channels.cut(channel);
        } else {
            socket.close((short) (status == 500 ? 1011 : 1008), reason);
        }
    }

    private void message(String text) {
        if (handshakeOwed) {
            handshakeOwed = false;
            return;
        }
        JsonNode frame;
        try {
            frame = MAPPER.readTree(text);
            JsonNode stdin = frame.path("stdin");
            JsonNode size = frame.path("tty_size");
            if (stdin.path("close").asBoolean()) {
                input.close(); // data in the same frame is lost, as with Docker
            } else if (stdin.hasNonNull("data")) {
                input.data(stdin.get("data").binaryValue());
            } else if (size.isObject()) {
                input.resize(size.path("height").asInt(), size.path("width").asInt());
            }
        } catch (JsonProcessingException wrong) {
            refuse(500, GoJson.explain(text));
        } catch (IOException wrong) {
            refuse(500, "illegal base64 data in stdin");
        }
    }

    private void flow(boolean full) {
        if (full) {
            socket.pause();
        } else {
            socket.resume();
        }
    }

    private void leave() {
        gone = true;
        window.release(Integer.MAX_VALUE / 2);
        input.detach();
    }

    @Override
    public void output(boolean stderr, byte[] data) {
        if (gone) {
            return;
        }
        window.acquireUninterruptibly(data.length);
        int most = delays.execFrame() <= 0 ? Math.max(1, data.length) : delays.execFrame();
        String[] frames = new String[(data.length + most - 1) / most];
        for (int i = 0; i < frames.length; i++) {
            byte[] part = Arrays.copyOfRange(data, i * most, Math.min(data.length, (i + 1) * most));
            frames[i] = "{\"" + (stderr ? "stderr" : "stdout") + "\":{\"data\":\""
                    + Base64.getEncoder().encodeToString(part) + "\"}}";
        }
        context.runOnContext(nothing -> {
            Future<Void> last = Future.succeededFuture();
            for (String frame : frames) {
                last = write(frame);
            }
            last.onComplete(done -> window.release(data.length));
        });
    }

    @Override
    public void exited(int code) {
        context.runOnContext(nothing -> later(delays.execExit(), () -> finish(code)));
    }

    private void finish(int code) {
        write("{\"stdout\":{\"close\":true}}");
        write("{\"stderr\":{\"close\":true}}");
        String result = code == 0 ? "{}" : "{\"exit_code\":" + code + "}";
        write("{\"exited\":true,\"result\":" + result + "}").onComplete(done -> Channels.cut(channel));
    }

    private Future<Void> write(String frame) {
        return gone ? Future.succeededFuture() : socket.writeTextMessage(frame);
    }

    private void later(Duration delay, Runnable what) {
        if (delay.toMillis() > 0) {
            vertx.setTimer(delay.toMillis(), id -> what.run());
        } else {
            what.run();
        }
    }

    /** What a process says that is dead for its client. */
    private enum Unheard implements ExecListener {
        LISTENER;

        @Override
        public void output(boolean stderr, byte[] data) {}

        @Override
        public void exited(int code) {}
    }

    /** For {@link ExecInput}. */
    interface Starting {
        Exec start() throws DriverFailure;
    }
}
