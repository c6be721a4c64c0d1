package nereus.devagent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Variables: what Nomad 2.0.5 answered to these requests is answered again. */
@Timeout(120)
class VariableContractTest {

    private static final String PATH = "/v1/var/nereus/sample/claims/900-a";

    @SuppressWarnings("NullAway.Init")
    private static Target target;

    @BeforeAll
    static void open() {
        target = Target.open();
    }

    @AfterAll
    static void close() {
        target.close();
    }

    @Test
    void aVariableIsCreatedReadListedUpdatedAndDeletedAsRecorded() {
        target.http().send("DELETE", PATH, "");
        String created = target.replay("40-variable-create-cas-0").body();
        String index = Recording.json(created).get("ModifyIndex").asText();
        target.replay("41-variable-create-cas-0-conflict");
        target.replay("42-variable-get");
        target.replay("43-variables-list");
        target.replay(Recording.load("44-variable-update-cas").asking("1644", index));
        target.replay(Recording.load("45-variable-delete-cas-conflict").asking("1644", index));
        target.replay("46-variable-delete");
        target.replay("47-variable-get-missing");
        target.replay("48-variable-delete-missing");
    }

    @Test
    void aForbiddenPathIsRefusedAsRecorded() {
        target.replay("50-variable-bad-path");
    }

    @Test
    void moreThan64KibIsRefusedAsRecorded() {
        // The text and status of recording 49, whose body was cut there.
        RawHttp.Reply reply = target.http().send("PUT", "/v1/var/nereus/sample/big",
                "{\"Path\": \"nereus/sample/big\", \"Items\": {\"a\": \"" + "x".repeat(70_000) + "\"}}");
        assertEquals(400, reply.status());
        assertEquals("RPC Error:: 400,variables are limited to 64KiB in total size", reply.body());
        assertEquals("0", reply.headers().get("x-nomad-index"));
    }

    @Test
    void aWriteAtAnIndexOfAMissingVariableIsAConflictWithoutItems() {
        RawHttp.Reply reply = target.http().send("PUT", "/v1/var/nereus/sample/none?cas=77",
                "{\"Items\": {\"a\": \"b\"}}");
        assertEquals(409, reply.status());
        assertFalse(Recording.json(reply.body()).has("Items"));
        assertEquals(0, Recording.json(reply.body()).get("ModifyIndex").asInt());
    }

    @Test
    void aVariableWithoutItemsIsRefused() {
        RawHttp.Reply reply = target.http().send("PUT", "/v1/var/nereus/sample/empty", "{\"Items\": {}}");
        assertEquals(400, reply.status());
        assertEquals("variable missing required Items object", reply.body());
    }

    @Test
    void ofConcurrentCreationsExactlyOneSucceeds() throws InterruptedException {
        target.http().send("DELETE", "/v1/var/nereus/sample/fence", "");
        var created = new java.util.concurrent.atomic.AtomicInteger();
        java.util.List<Thread> writers = new java.util.ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String who = Integer.toString(i);
            writers.add(Thread.ofVirtual().start(() -> {
                RawHttp.Reply reply = target.http().send("PUT", "/v1/var/nereus/sample/fence?cas=0",
                        "{\"Items\": {\"who\": \"" + who + "\"}}");
                if (reply.status() == 200) {
                    created.incrementAndGet();
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertEquals(1, created.get());
        target.http().send("DELETE", "/v1/var/nereus/sample/fence", "");
    }
}
