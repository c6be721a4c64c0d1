package nereus.nomad;

import static nereus.nomad.NomadCallsTest.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import nereus.api.Complaints;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token in a file: what changes there is what Nomad is shown next. */
class AclTokenTest {
    @TempDir
    private Path work;
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private Path file;
    private ScriptedNomad server;
    private HttpNomad nomad;
    private HttpExec exec;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(work.resolve("token"), "first\n");
        ScriptedNomad.Script nodes = Recording.of("02-nodes.http").replay();
        server = new ScriptedNomad(vertx, exchange -> {
            if (exchange.request().path().endsWith("/exec")) {
                ScriptedExec.upgrade(exchange, input -> {
                    // Nothing is typed.
                });
            } else if (exchange.request().path().equals("/v1/event/stream")) {
                exchange.raw("HTTP/1.1 200 OK\r\n\r\n{}\n");
            } else {
                nodes.handle(exchange);
            }
        });
        NomadSettings plain = NomadSettings.of(server.uri());
        NomadSettings settings = new NomadSettings(plain.addresses(), "", "default", "", plain.call(),
                plain.connect(), plain.subscribe(), plain.open(), plain.execHeartbeat(), 500, 4, 10, 1 << 20,
                new Access(Optional.of(file), Optional.empty(), Optional.empty(), Optional.empty(), ""));
        Credentials credentials = new Credentials(settings);
        nomad = new HttpNomad(vertx, settings, credentials);
        exec = new HttpExec(vertx, settings, credentials);
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private List<String> shown() {
        return server.requests.stream().map(request -> request.headers().getOrDefault("x-nomad-token", "none"))
                .toList();
    }

    @Test
    void aNewTokenIsShownByTheNextCallByTheStreamWhenItIsOpenedAgainAndByExec() throws Exception {
        nomad.nodes();
        EventStream stream = nomad.events();
        Deaf.open(loop, exec);
        // Not in one step, as some writers do.
        Files.writeString(file, "");
        Files.writeString(file, "second");
        nomad.nodes();
        server.sockets.forEach(socket -> socket.close());
        assertThrows(NomadException.Unreachable.class, () -> stream.next(Duration.ofSeconds(10)));
        nomad.events().close();
        Deaf.open(loop, exec);
        assertEquals(List.of("first", "first", "first", "second", "second", "second"), shown());
    }

    @Test
    void whileTheFileCannotBeReadOrIsEmptyTheLastTokenIsUsedAndItIsSaidOnce() throws Exception {
        try (Complaints complaints = Complaints.listen()) {
            nomad.nodes();
            Files.writeString(file, " \n");
            nomad.nodes();
            nomad.nodes();
            Files.writeString(file, "two words");
            nomad.nodes();
            Files.delete(file);
            nomad.nodes();
            assertEquals(List.of("first", "first", "first", "first", "first"), shown());
            assertEquals(1, complaints.heard().size(), complaints.heard().toString());
            assertTrue(complaints.heard().getFirst().contains("cannot be read from nomad.tokenFile " + file
                    + ": it is empty; the last one is used until it can"), complaints.heard().toString());
            Files.writeString(file, "second");
            nomad.nodes();
            assertEquals("second", shown().getLast());
            Files.delete(file);
            nomad.nodes();
            assertEquals("second", shown().getLast());
            assertEquals(2, complaints.heard().size(), complaints.heard().toString());
            assertTrue(complaints.heard().getLast().contains("there is no such file"), complaints.heard().toString());
            assertTrue(complaints.heard().stream().noneMatch(line -> line.contains("second")), "a token is no news");
        }
    }

    /** Whoever renews a token revokes the old one, which calls on their way still show. */
    @Test
    void aCallThatWasRefusedWhileTheTokenWasReplacedIsSentOnceMoreAndNoOther() throws Exception {
        server.then(exchange -> {
            if (exchange.request().headers().getOrDefault("x-nomad-token", "").equals("second")) {
                exchange.answer(200, "{\"JobModifyIndex\":7}", "X-Nomad-Index: 7");
            } else {
                write("second");
                exchange.answer(403, "ACL token not found");
            }
        });
        nomad.purge("10-a");
        assertEquals(List.of("first", "second"), shown());

        server.then(exchange -> exchange.answer(403, "Permission denied"));
        assertThrows(NomadException.Forbidden.class, () -> nomad.purge("10-a"));
        assertEquals(3, server.requests.size());
    }

    @Test
    void aFileThatIsNotThereAtTheStartOrHoldsNoTokenIsAnErrorOfTheSettings() throws Exception {
        for (String content : List.of("", " ", "two words", "umläut")) {
            Files.writeString(file, content);
            assertThrows(java.io.IOException.class, () -> AclToken.read(file));
        }
        assertTrue(said(assertThrows(java.io.IOException.class, () -> AclToken.read(work)))
                .length() > 0);
    }

    private void write(String token) {
        try {
            Files.writeString(file, token);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
