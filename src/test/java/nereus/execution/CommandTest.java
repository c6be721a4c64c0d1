package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void namesThatNoShellAcceptsAreRefusedByName() {
        for (String name : new String[]{"", "1A", "A-B", "A B", "A=B", "Ä", "A\n", "$(id)"}) {
            var refused = assertThrows(InvalidCommand.class, () -> of("true", Map.of(name, "x")), name);
            assertTrue(String.valueOf(refused.getMessage()).contains("\"" + name + "\""), name);
        }
        of("true", Map.of("_", "x", "a1_B", "", "PATH", "a b;'\"\n$(id)"));
    }

    @Test
    void whatLinuxCannotPassToAProcessIsRefused() {
        assertThrows(InvalidCommand.class, () -> of("echo \0", Map.of()));
        assertThrows(InvalidCommand.class, () -> of("true", Map.of("A", "\0")));
        assertThrows(InvalidCommand.class, () -> of("x".repeat((1 << 20) + 1), Map.of()));
        assertThrows(InvalidCommand.class, () -> of("true", Map.of("A", "x".repeat((1 << 17) - 2))));
        of("true", Map.of("A", "x".repeat((1 << 17) - 3)));
    }

    @Test
    void aNegativeTimeLimitIsRefused() {
        var refused = assertThrows(InvalidCommand.class,
                () -> new Command("true", Map.of(), Duration.ofSeconds(-1), false));
        assertEquals("the time limit is negative: -1 s", refused.getMessage());
    }

    @Test
    void aTextTooLongForOneArgumentIsKnownByItsBytes() {
        assertFalse(of("x".repeat((1 << 17) - 1), Map.of()).exceedsArgument());
        assertTrue(of("x".repeat(1 << 17), Map.of()).exceedsArgument());
        assertTrue(of("€".repeat(1 << 16), Map.of()).exceedsArgument());
    }

    private static Command of(String text, Map<String, String> environment) {
        return new Command(text, environment, Duration.ZERO, false);
    }
}
