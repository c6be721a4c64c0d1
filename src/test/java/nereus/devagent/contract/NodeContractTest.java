package nereus.devagent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes over HTTP: what Nomad 2.0.5 answered to these requests is answered again. */
@Timeout(120)
class NodeContractTest {

    private static final String NODE = "84e01e1f-cad4-883d-0c96-46a44704d674";

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
    void aNodeIsListedDrainedAndMadeEligibleAgainAsRecorded() {
        assumeFalse(target.real(), "a drain would end the jobs of others on a real node");
        String node = target.get("/v1/nodes").get(0).get("ID").asText();
        target.replay("02-nodes");
        try (EventReader events = new EventReader(target.http(), "topic=Node&index=" + Long.MAX_VALUE)) {
            target.replay(Recording.load("72-node-drain").asking(NODE, node));
            events.until(event -> event.at("/Payload/Node/LastDrain/Status").asText().equals("complete"));
        }
        target.replay("73-node-drained");
        RawHttp.Reply ended = target.replay(Recording.load("74-node-eligible").asking(NODE, node));
        assertEquals(ended.headers().get("x-nomad-index"),
                Recording.json(ended.body()).get("NodeModifyIndex").asText());
        assertEquals("eligible", target.get("/v1/nodes").get(0).get("SchedulingEligibility").asText());
    }
}
