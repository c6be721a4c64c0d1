package nereus;

import java.time.Duration;
import nereus.settings.Section;

/**
 * How the service stops: a part of the section {@code server}.
 *
 * @param drain how long running executions may go on after the signal to stop; zero ends them at once
 */
public record StopSettings(Duration drain) {
    public static StopSettings read(Section section) {
        return new StopSettings(section.durationOrNone("drain", Duration.ofSeconds(15)));
    }
}
