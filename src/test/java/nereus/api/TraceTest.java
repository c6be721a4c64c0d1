package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which traces are continued. */
class TraceTest {
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String OTHER = "12312012123120121231201212312012";

    @Test
    void eitherHeaderIsReadAndTheW3csCounts() {
        List<String> w3c = List.of("00-" + ID + "-" + SPAN + "-01");
        List<String> sentry = List.of(OTHER + "-1121201211212012-1");

        assertEquals(new Trace(ID, SPAN), Trace.of(w3c, List.of()));
        assertEquals(new Trace(OTHER, "1121201211212012"), Trace.of(List.of(), sentry));
        assertEquals(new Trace(ID, SPAN), Trace.of(w3c, sentry));
        assertEquals(new Trace(OTHER, "1121201211212012"), Trace.of(List.of("nonsense"), sentry));
        assertEquals(new Trace(OTHER, "1121201211212012"),
                Trace.of(List.of(), List.of(OTHER + "-1121201211212012")));
        assertEquals(new Trace(ID, SPAN), Trace.of(List.of("cc-" + ID + "-" + SPAN + "-01-what-comes"), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473\n-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 x"})
    void whatIsMalformedIsNone(String header) {
        assertEquals(Trace.NONE, Trace.of(List.of(header), List.of()));
        assertEquals(Trace.NONE, Trace.of(List.of(), List.of(header)));
        assertEquals(Trace.NONE, Trace.of(List.of("00-" + ID + "-" + SPAN + "-01", header), List.of()));
    }
}
