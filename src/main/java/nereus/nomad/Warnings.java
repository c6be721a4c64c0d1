package nereus.nomad;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Nomad warns of when it takes a job, such as {@code memory_max value will be ignored} where memory may not be oversubscribed.
 * Every runner's job brings the same, so each is told once.
 */
final class Warnings {
    private static final Pattern IDS = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}");
    /** Guard against warnings that are never the same. */
    private static final int MOST = 100;
    private static final Logger log = LoggerFactory.getLogger(HttpNomad.class);

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    void tell(String job, String warnings) {
        String text = Refusals.oneLine(warnings);
        if (!text.isEmpty() && told.size() < MOST && told.add(IDS.matcher(text).replaceAll(""))) {
            log.warn("Nomad took job {} with a warning, which is told once: {}", job, text);
        }
    }
}
