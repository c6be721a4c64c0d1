package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.vertx.core.json.JsonObject;
import java.util.List;
import nereus.api.ApiDocument;
import org.junit.jupiter.api.Test;

class MessagesTest {
    @Test
    void messagesHaveTheFieldsThatClientsKnowAndNoOthers() {
        assertEquals("{\"type\":\"start\"}", Messages.START);
        assertEquals("{\"type\":\"timeout\"}", Messages.TIMEOUT);
        assertEquals("{\"type\":\"exit\",\"data\":255}", Messages.exit(255));
        assertEquals("{\"type\":\"error\",\"data\":\"the allocation was OOM Killed\"}",
                Messages.error(Messages.OUT_OF_MEMORY));
        assertEquals("{\"type\":\"stdout\",\"data\":\"a\\r\\nb\"}", Messages.stdout("a\r\nb"));
    }

    @Test
    void theyAreAsTheApisDescriptionSays() {
        ApiDocument document = ApiDocument.read();
        for (String message : List.of(Messages.START, Messages.TIMEOUT, Messages.exit(0), Messages.exit(255),
                Messages.error(Messages.FAILED), Messages.stdout("a"), Messages.stderr("\n")))
            assertEquals(List.of(), document.problems("ServerMessage", message), message);
        assertNotEquals(List.of(), document.problems("ServerMessage", Messages.exit(256)));
        assertNotEquals(List.of(), document.problems("ServerMessage", "{\"type\":\"start\",\"data\":\"\"}"));
    }

    @Test
    void everyCharacterArrivesAsItWas() {
        var all = new StringBuilder();
        for (char c = 0; c < 0x3000; c++)
            all.append(c);
        all.append("😀\ufffd\uffff");
        assertEquals(all.toString(), new JsonObject(Messages.stdout(all.toString())).getString("data"));
    }

    @Test
    void controlCharactersAreEscaped() {
        assertEquals("{\"type\":\"stdout\",\"data\":\"\\u0000\\u001b\\u007f\\u0085\\u2028\\t\\\"\\\\\"}",
                Messages.stdout("\0\u001b\u007f\u0085\u2028\t\"\\"));
    }

    @Test
    void stderrHasTheLineEndsOfATerminal() {
        assertEquals("a\r\nb\r\n\r\n", new JsonObject(Messages.stderr("a\nb\n\n")).getString("data"));
        assertEquals("a\nb", new JsonObject(Messages.stdout("a\nb")).getString("data"));
    }
}
