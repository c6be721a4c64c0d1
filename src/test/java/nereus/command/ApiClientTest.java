package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user is told about each answer that is not the wanted one. */
class ApiClientTest {
    private ScriptedServer server;

    @BeforeEach
    void open() {
        server = new ScriptedServer(socket -> {});
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "404|{}||there is no execution environment 7 at URL/api/v1",
            "401|||URL/api/v1 wants a token: give it with --token or NEREUS_TOKEN",
            "401||wrong|URL/api/v1 does not accept this token",
            "500|{\"message\":\"0 idle\",\"errorCode\":\"NOMAD_OVERLOAD\"}||no runner is free: 0 idle",
            "500|{\"message\":\"away\",\"errorCode\":\"NOMAD_UNREACHABLE\"}||claiming a runner failed: away",
            "500|<html>||claiming a runner failed: status 500, and what answered is not Nereus",
            "200|<html>||what answers at URL/api/v1 is not Nereus",
            "200|{}||what answers at URL/api/v1 is not Nereus: no runnerId"})
    void eachRefusalOfAClaimIsExplained(int status, String body, String token, String message) {
        server.claimStatus = status;
        server.claimBody = body == null ? "" : body;
        ApiClient client = new ApiClient(server.url() + "/", token == null ? "" : token);

        CommandFailure failure = assertThrows(CommandFailure.class, () -> client.claim(7, 60, 0));

        assertEquals(message.replace("URL", server.url()), failure.getMessage());
    }

    @Test
    void aBaseUrlMayBeNamedInFull() {
        assertEquals("1-abc", new ApiClient(server.url() + "/api/v1/", "").claim(1, 60, 0).runner());
    }

    @Test
    void whatIsNoUrlIsSaid() {
        CommandFailure failure = assertThrows(CommandFailure.class,
                () -> new ApiClient("localhost:1", "").claim(1, 60, 0));

        assertEquals("localhost:1/api/v1 is not a URL: invalid URI scheme localhost", failure.getMessage());
    }

    @Test
    void aRunnerThatIsGoneNeedsNoReturn() {
        new ApiClient(server.url(), "").release("1-abc");
        CommandFailure failure = assertThrows(CommandFailure.class,
                () -> new ApiClient(server.url(), "").release("1-x"));

        assertEquals("giving back runner 1-x failed: status 404",
                failure.getMessage());
    }

    @Test
    @Timeout(120)
    void anAnswerThatNeverEndsIsGivenUp() {
        ApiClient client = new ApiClient(server.url(), "", Duration.ofMillis(300));

        CommandFailure failure = assertThrows(CommandFailure.class, () -> client.examine(false));

        assertEquals("no whole answer from " + server.url() + "/api/v1/doctor within PT0.3S", failure.getMessage());
    }

    @Test
    @Timeout(120)
    void anAnswerThatIsTooLargeIsGivenUp() {
        CommandFailure failure = assertThrows(CommandFailure.class,
                () -> new ApiClient(server.url(), "", Duration.ofSeconds(100)).examine(true));

        assertTrue(
                String.valueOf(failure.getMessage())
                        .startsWith("no answer from " + server.url() + "/api/v1/doctor/repair: "),
                failure.getMessage());
    }
}
