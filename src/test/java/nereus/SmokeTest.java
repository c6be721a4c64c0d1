package nereus;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class SmokeTest {
    @Test
    void runs() {
        Assertions.assertNotNull(new Object());
    }
}
