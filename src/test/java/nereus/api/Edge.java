package nereus.api;

import static org.mockito.Mockito.when;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.execution.Executions;
import nereus.files.FilesSettings;
import nereus.settings.Configuration;
import nereus.nomad.AllocationFact;
import nereus.pool.Claims;
import nereus.pool.Reservations;
import nereus.pool.Tally;
import nereus.pool.Troubles;
import nereus.runner.Claimed;
import nereus.runner.Fleet;
import nereus.runner.Line;
import nereus.runner.Readiness;
import nereus.sync.HouseKeeper;
import nereus.sync.SyncTally;
import org.mockito.Mockito;

/** A real HTTP server of ours on a free port, in front of mocked rooms: the fleet is known and has one claimed runner. */
final class Edge implements AutoCloseable {
    static final ApiDocument DOCUMENT = ApiDocument.read();
    static final Claimed RUNNER = new Claimed("1-abc", 1, "allocation", 0, List.of());

    final Claims claims = Mockito.mock(Claims.class);
    /** Runs for each runner that is given back since its answer could not be written. */
    final Runnable givingBack = Mockito.mock(Runnable.class);
    final Troubles troubles = new Troubles();
    final Fleet fleet = Mockito.mock(Fleet.class);
    final Readiness readiness = Mockito.mock(Readiness.class);
    final Environments environments = Mockito.mock(Environments.class);
    final EnvironmentStore store = Mockito.mock(EnvironmentStore.class);
    final Line line = Mockito.mock(Line.class);
    final Reservations reservations = Mockito.mock(Reservations.class);
    final Executions executions = Mockito.mock(Executions.class);
    final HouseKeeper houseKeeper = Mockito.mock(HouseKeeper.class);
    final SyncTally sync = Mockito.mock(SyncTally.class);
    final List<Served> served = new CopyOnWriteArrayList<>();
    final List<RequestWatch.Change> changes = new CopyOnWriteArrayList<>();
    final StubFiles files = new StubFiles();
    final Vertx vertx = Vertx.vertx();
    final ApiServer server;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Edge() throws IOException {
        this(settings("", "", 0));
    }

    Edge(ServerSettings settings) throws IOException {
        this(settings, PATIENT);
    }

    Edge(ServerSettings settings, ApiServer.Patience patience) throws IOException {
        this(settings, patience, FILES);
    }

    /** With {@code name, value} of section {@code files} in turn. */
    static Edge withFiles(ApiServer.Patience patience, String... files) throws IOException {
        Configuration configuration = Configuration.withoutFile(Map.of());
        for (int i = 0; i < files.length; i += 2) {
            configuration = configuration.with("files", files[i], files[i + 1], "test");
        }
        return new Edge(settings("", "", 0), patience, FilesSettings.read(configuration.section("files")));
    }

    private Edge(ServerSettings settings, ApiServer.Patience patience, FilesSettings filesSettings) throws IOException {
        when(readiness.fleetKnown()).thenReturn(true);
        when(readiness.problems()).thenReturn(List.of());
        when(fleet.claimed(Mockito.anyString())).thenReturn(Optional.empty());
        when(fleet.claimed(RUNNER.id())).thenReturn(Optional.of(RUNNER));
        when(fleet.touch(RUNNER.id())).thenReturn(true);
        when(environments.get(Mockito.anyInt())).thenReturn(Optional.empty());
        when(environments.all()).thenReturn(List.of());
        when(fleet.line()).thenReturn(line);
        when(claims.tally()).thenReturn(new Tally());
        when(claims.givingBack(Mockito.anyString())).thenReturn(givingBack);
        when(executions.take(Mockito.any(), Mockito.any())).thenReturn(Optional.empty());
        server = ApiServer.open(vertx, settings,
                new Collaborators(claims, reservations, troubles, fleet, readiness, environments, store, executions,
                        files,
                        filesSettings,
                        houseKeeper, sync),
                Optional.of("1.2.3<"),
                new Onlookers(new RequestWatch() {
                    @Override
                    public void served(Served request) {
                        served.add(request);
                    }

                    @Override
                    public void changed(Change change) {
                        changes.add(change);
                    }
                }, () -> Optional.of("# what is measured\n"), false,
                        () -> List.of(new Onlookers.LastTrouble("2026-01-02T03:04:05Z", "WARN", "something"))),
                patience);
    }

    static final ApiServer.Patience PATIENT = new ApiServer.Patience(Duration.ofSeconds(30), Duration.ofSeconds(10),
            Duration.ofMillis(50), Duration.ofSeconds(4), Duration.ofSeconds(60));
    static ApiServer.Patience patience(Duration idle, Duration body, Duration fleet) {
        return new ApiServer.Patience(idle, body, fleet, PATIENT.listing(), PATIENT.reader());
    }

    static final FilesSettings FILES = FilesSettings.read(Configuration.withoutFile(Map.of()).section("files"));

    static final ServerLimits LIMITS = ServerLimits
            .read(Configuration.withoutFile(Map.of()).section("server"));

    static ServerSettings settings(String token, String publicUrl, int depletingBelowPercent) {
        return new ServerSettings("127.0.0.1", 0, token, publicUrl, depletingBelowPercent, LIMITS);
    }

    static Claimed withPort(String hostIp) {
        return new Claimed("1-abc", 1, "allocation", 0, List.of(new AllocationFact.Port("80", 23456, hostIp)));
    }

    HttpResponse<String> call(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(20)).method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        described(method, path, answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""),
                answer.body());
        return answer;
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return call("GET", path, "", headers);
    }

    /** Sends bytes as they are; everything that comes until the server closes or nothing came for a while. */
    String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            described(request, answer);
            return answer;
        }
    }

    /** Sends bytes as they are; the one answer, as long as its head says. */
    String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String head = head(socket.getInputStream());
            Matcher length = Pattern.compile("(?i)content-length: ([0-9]+)").matcher(head);
            int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
            String answer = head + new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
            described(request, answer);
            return answer;
        }
    }

    /** Holds each single answer to the document. */
    private static void described(String request, String answer) {
        Matcher asked = Pattern.compile("([A-Z]+) (\\S+) HTTP/1\\.[01]\r\n.*", Pattern.DOTALL).matcher(request);
        Matcher answered = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) (.*?)\r\n\r\n(.*)", Pattern.DOTALL)
                .matcher(answer);
        boolean single = answer.indexOf("HTTP/1.") == answer.lastIndexOf("HTTP/1.");
        if (asked.matches() && answered.matches() && single && !answered.group(2).contains("chunked")) {
            Matcher type = Pattern.compile("(?i)\r\ncontent-type: ([^\r]*)").matcher(answered.group(2));
            described(asked.group(1), asked.group(2), Integer.parseInt(answered.group(1)),
                    type.find() ? type.group(1) : "", answered.group(3));
        }
    }

    private static void described(String method, String target, int status, String type, String body) {
        DOCUMENT.problem(method, target, status, type, body).ifPresent(problem -> {
            throw new AssertionError(method + " " + target + " was answered " + status + " (" + type + ") " + body
                    + ", which is not as openapi.json says: " + problem);
        });
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    /** Takes nothing until the server has cut the connection, which is seen in the kernel's table; then what had come, in bytes. */
    long cutOff(Socket socket) throws IOException {
        Pattern established = Pattern
                .compile(":%04X [0-9A-F]+:%04X 01".formatted(server.port(), socket.getLocalPort()));
        long end = System.nanoTime() + 30_000_000_000L;
        while (established.matcher(connections()).find()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the server did not cut the connection");
            }
            Thread.onSpinWait();
        }
        long read = 0;
        try {
            byte[] buffer = new byte[1 << 16];
            for (int n = socket.getInputStream().read(buffer); n >= 0; n = socket.getInputStream().read(buffer)) {
                read += n;
            }
        } catch (SocketException reset) {
            return read;
        }
        return read;
    }

    private static String connections() throws IOException {
        return Files.readString(Path.of("/proc/net/tcp")) + Files.readString(Path.of("/proc/net/tcp6"));
    }

    /** Reads until the end of a response's head. */
    static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() {
        http.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
