package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7240, as far as we know its preferences. */
class PreferTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"wait=20|20|false", "WAIT = 20|20|false", "respond-async, wait=10|10|true",
            "wait=\"7\"; x=y, respond-async|7|true", "handling=lenient; wait=3, return=minimal|-1|false",
            "wait=5, wait=6|5|false", "wait=soon, wait=6|-1|false", "wait=-1|-1|false", "wait|-1|false",
            "wait=9999999999|-1|false", "respond-async=\"a, wait=3\"|-1|true", "''|-1|false", ", ,wait=4|4|false",
            "await=3|-1|false"})
    void theFirstOfEachNameCountsAndTheRestIsIgnored(String header, int seconds, boolean async) {
        assertEquals(new Prefer(seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)), async),
                Prefer.of(List.of(header)));
    }

    @Test
    void severalHeadersAreOneList() {
        assertEquals(new Prefer(Optional.of(Duration.ofSeconds(9)), true),
                Prefer.of(List.of("respond-async", "wait=9", "wait=1")));
        assertEquals(new Prefer(Optional.empty(), false), Prefer.of(List.of()));
    }
}
