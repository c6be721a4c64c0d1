package nereus.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Levels that can be changed while we run: a file of lines such as {@code nereus.nomad=DEBUG}. What it no longer names is as the settings
 * say. Only our own loggers: what libraries say at DEBUG holds headers, and with them tokens.
 */
final class LevelsFile {
    private static final String OURS = "nereus";
    private static final Logger log = LoggerFactory.getLogger(LevelsFile.class);

    private final LoggerContext context;
    private final Optional<Path> file;
    private final Level usual;
    private Map<String, Level> shown = Map.of();
    private String trouble = "";

    LevelsFile(LoggerContext context, Optional<Path> file, Level usual) {
        this.context = context;
        this.file = file;
        this.usual = usual;
    }

    /** Looks at the file again. Blocks. */
    synchronized void reread() {
        if (file.isEmpty()) {
            return;
        }
        try {
            Map<String, Level> now = read(file.get());
            if (!now.equals(shown)) {
                forget();
                now.forEach((name, level) -> context.getLogger(name).setLevel(level));
                shown = now;
                log.info("levels of the log are now {}, else {}", now, usual);
            }
            trouble = "";
        } catch (IOException | IllegalArgumentException unusable) {
            String told = String.valueOf(unusable.getMessage());
            if (!told.equals(trouble)) {
                trouble = told;
                log.warn("log.levelsFile {} cannot be used, so levels stay as they are: {}", file.get(), told);
            }
        }
    }

    /** What the file has named is as the settings say. */
    synchronized void forget() {
        shown.keySet().forEach(name -> context.getLogger(name).setLevel(name.equals(OURS) ? usual : null));
        shown = Map.of();
    }

    private static Map<String, Level> read(Path file) throws IOException {
        Properties lines = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            lines.load(in);
        } catch (NoSuchFileException none) {
            return Map.of();
        }
        Map<String, Level> levels = new TreeMap<>();
        for (String name : lines.stringPropertyNames()) {
            if (!name.equals(OURS) && !name.startsWith(OURS + ".")) {
                throw new IllegalArgumentException(name + " is none of our loggers, which begin with nereus");
            }
            if (RequestLog.isAudit(name)) {
                throw new IllegalArgumentException(name + " cannot be changed: the audit is always written");
            }
            try {
                levels.put(name, LogSettings.level(lines.getProperty(name).strip()));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(name + " " + wrong.getMessage(), wrong);
            }
        }
        return levels;
    }
}
