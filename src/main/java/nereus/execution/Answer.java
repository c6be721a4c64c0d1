package nereus.execution;

import java.nio.charset.StandardCharsets;

/**
 * The last frame of a control's answer.
 *
 * @param status what the operation in the runner ended with; 0 is success
 * @param said what it had to say
 */
public record Answer(int status, String said) {
    static Answer of(int status, byte[] said) {
        return new Answer(status, new String(said, StandardCharsets.UTF_8));
    }

    boolean good() {
        return status == 0;
    }
}
