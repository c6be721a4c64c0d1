package nereus.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** While it is open the product logs nothing: thousands of histories would log for nobody. */
final class Hush implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("nereus");
    private final Level before = logger.getLevel();

    Hush() {
        logger.setLevel(Level.OFF);
    }

    @Override
    public void close() {
        logger.setLevel(before);
    }
}
