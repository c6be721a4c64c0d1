package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nereus.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token that was taken away lets nobody in, whatever else lies beside it. */
class RevocationTest {
    @TempDir
    private Path work;

    private static int status(Edge edge, String token) throws Exception {
        return edge.get("/api/v1/execution-environments", "Poseidon-Token", token).statusCode();
    }

    private Edge edge() throws Exception {
        return new Edge(new ServerSettings("127.0.0.1", 0, "", "", 0,
                new AccessSettings(List.of(work), Optional.empty(), Optional.empty()), Edge.LIMITS));
    }

    @Test
    void aDeletedTokenIsRevokedAlthoughAnotherFileCannotBeUsed() throws Exception {
        Path frontend = Files.writeString(work.resolve("frontend"), "frontend-token");
        Path guest = Files.writeString(work.resolve("guest"), "guest-token");
        try (Edge edge = edge(); LogLines log = new LogLines()) {
            Files.writeString(frontend, "");
            Files.delete(guest);
            Files.writeString(work.resolve("late"), "late-token");
            edge.server.reread();
            edge.server.reread();

            assertEquals(401, status(edge, "guest-token"));
            assertEquals(200, status(edge, "frontend-token"), "what cannot be used is as it was");
            assertEquals(200, status(edge, "late-token"));
            assertEquals(1, log.of("nereus.api.Tokens", "WARN", "frontend holds no token").size(),
                    log.lines().toString());
        }
    }

    @Test
    void whatEditorsAndPackagesLeaveBesideATokenIsNone() throws Exception {
        Files.writeString(work.resolve("frontend"), "new-token");
        for (String name : List.of("frontend~", "#frontend#", "frontend.bak", "frontend.dpkg-old", "frontend.ORIG",
                "frontend.swp", "frontend.rpmsave", "front end")) {
            Files.writeString(work.resolve(name), "old-token");
        }
        try (LogLines log = new LogLines(); Edge edge = edge()) {
            edge.server.reread();
            assertEquals(200, status(edge, "new-token"));
            assertEquals(401, status(edge, "old-token"));
            assertEquals(8, log.of("nereus.api.Tokens", "WARN", "is not read").size(), log.lines().toString());
        }
    }
}
