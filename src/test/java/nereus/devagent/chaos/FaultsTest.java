package nereus.devagent.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import nereus.PretendedTicker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be asked for, and how long and how often it strikes. */
class FaultsTest {
    private final PretendedTicker ticker = new PretendedTicker();
    private final Faults faults = new Faults(ticker, new SplittableRandom(7));

    private static Order order(String text) throws OrderReader.Nonsense {
        return OrderReader.read(text);
    }

    private boolean strikes(Kind kind, boolean writes, String path) {
        return faults.strike(kind, order -> order.strikes(writes, path)).isPresent();
    }

    @Test
    void aFaultStandsUntilItsTimeIsOver() throws Exception {
        faults.begin(order("{\"Kind\": \"leader-away\", \"For\": \"5s\"}"));
        ticker.advance(Duration.ofMillis(4999));
        assertTrue(faults.stands(Kind.LEADER_AWAY));
        assertEquals(Duration.ofMillis(1), faults.all().getFirst().left());
        assertEquals(List.of(), faults.over());
        ticker.advance(Duration.ofMillis(1));
        assertFalse(faults.stands(Kind.LEADER_AWAY));
        assertEquals(List.of(), faults.all());
        assertEquals(List.of(Kind.LEADER_AWAY), faults.over().stream().map(Order::kind).toList());
        assertEquals(List.of(), faults.over(), "it ends once");
    }

    @Test
    void aFaultWithoutATimeStandsUntilItIsCleared() throws Exception {
        String id = faults.begin(order("{\"Kind\": \"stale-lists\"}"));
        ticker.advance(Duration.ofDays(1));
        assertTrue(faults.stands(Kind.STALE_LISTS));
        assertTrue(faults.clear(id).isPresent());
        assertTrue(faults.clear(id).isEmpty());
        assertFalse(faults.stands(Kind.STALE_LISTS));
    }

    @Test
    void aFaultStrikesAsOftenAsItsCountSays() throws Exception {
        faults.begin(order("{\"Kind\": \"refuse\", \"Count\": 2}"));
        assertTrue(strikes(Kind.REFUSE, true, "/v1/jobs"));
        assertFalse(strikes(Kind.DELAY, true, "/v1/jobs"), "another kind");
        assertEquals(1, faults.all().getFirst().struck());
        assertTrue(strikes(Kind.REFUSE, false, "/v1/jobs"));
        assertFalse(strikes(Kind.REFUSE, true, "/v1/jobs"));
    }

    @Test
    void aFaultStrikesAsProbablyAsItSays() throws Exception {
        faults.begin(order("{\"Kind\": \"stream-drop\", \"Probability\": 0.25}"));
        int struck = 0;
        for (int i = 0; i < 4000; i++) {
            struck += strikes(Kind.STREAM_DROP, false, "") ? 1 : 0;
        }
        assertTrue(struck > 850 && struck < 1150, struck + " of 4000");
    }

    @Test
    void aFaultOfRequestsStrikesOnlyThoseItNames() throws Exception {
        faults.begin(order("{\"Kind\": \"refuse\", \"On\": \"writes\", \"Path\": \"/v1/var/\"}"));
        assertTrue(strikes(Kind.REFUSE, true, "/v1/var/nereus/a"));
        assertFalse(strikes(Kind.REFUSE, false, "/v1/var/nereus/a"));
        assertFalse(strikes(Kind.REFUSE, true, "/v1/jobs"));
        faults.begin(order("{\"Kind\": \"lose-answer\"}"));
        assertFalse(strikes(Kind.LOSE_ANSWER, false, "/v1/jobs"), "answers to writes are lost unless told otherwise");
        assertTrue(strikes(Kind.LOSE_ANSWER, true, "/v1/jobs"));
    }

    @Test
    void everyFieldIsRead() throws Exception {
        Order order = order(
                "{\"Kind\": \"refuse\", \"For\": \"2m\", \"Count\": 3, \"Probability\": 0.5, \"On\": \"reads\", \"Path\": \"/v1/\","
                        + " \"Status\": 429, \"Text\": \"no\"}");
        assertEquals(List.of(Duration.ofMinutes(2), 3, 0.5, Order.Requests.READS, "/v1/", 429, "no"),
                List.of(java.util.Objects.requireNonNull(order.lasts()),
                        java.util.Objects.requireNonNull(order.count()), order.probability(), order.on(), order.path(),
                        order.status(), order.text()));
        assertEquals(Set.of(Right.VARIABLES, Right.READ_JOB),
                order("{\"Kind\": \"rights\", \"Rights\": [\"variables\", \"read-job\"]}").rights());
        assertEquals(Set.of(Right.values()), order("{\"Kind\": \"rights\"}").rights());
        assertEquals(3, order("{\"Kind\": \"allocation-exit\", \"Code\": 3}").code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"no|a JSON object", "[]|a JSON object",
            "{}|Kind must be one of node-lost, ", "{\"Kind\": 3}|Kind must be a text",
            "{\"Kind\": \"sleepy\"}|not \"sleepy\"",
            "{\"Kind\": \"leader-away\", \"Count\": 2}|takes no \"Count\"; it takes For",
            "{\"Kind\": \"buffer-emptied\", \"For\": \"1s\"}|it takes nothing",
            "{\"Kind\": \"leader-away\", \"For\": 5}|For must be a text",
            "{\"Kind\": \"leader-away\", \"For\": \"5 h\"}|For must be a duration such as 250ms",
            "{\"Kind\": \"delay\"}|Delay must be a duration",
            "{\"Kind\": \"refuse\", \"Status\": 200}|Status must be a whole number from 400 to 599",
            "{\"Kind\": \"refuse\", \"Count\": 0}|Count must be a whole number from 1",
            "{\"Kind\": \"refuse\", \"Count\": 1.5}|Count must be",
            "{\"Kind\": \"refuse\", \"Probability\": 0}|above 0",
            "{\"Kind\": \"refuse\", \"Probability\": \"often\"}|above 0",
            "{\"Kind\": \"refuse\", \"On\": \"some\"}|On must be all, reads or writes",
            "{\"Kind\": \"garbage\", \"Half\": \"yes\"}|Half must be true or false",
            "{\"Kind\": \"rights\", \"Rights\": [\"fly\"]}|Rights must be a list of submit-job",
            "{\"Kind\": \"rights\", \"Rights\": []}|Rights must be",
            "{\"Kind\": \"rights\", \"Rights\": 3}|Rights must be",
            "{\"Kind\": \"allocation-exit\", \"Code\": 256}|Code must be a whole number from 0 to 255"})
    void whatMakesNoSenseIsRefusedByName(String text, String why) {
        OrderReader.Nonsense nonsense = assertThrows(OrderReader.Nonsense.class, () -> order(text));
        assertTrue(nonsense.getMessage().contains(why), nonsense.getMessage());
    }
}
