package nereus.logs;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import nereus.settings.Section;

/**
 * What is logged, and how: section {@code log}.
 *
 * @param json whether each line is a JSON object instead of text
 * @param level of our own loggers
 * @param levelsFile names loggers of ours and their levels, and is read anew when it changes; empty for none
 * @param requests whether there is a line for each request
 * @param runners whether there is a line for each event in a runner's life; a claimed one that is lost has its line in any case
 * @param commands whether the line of an execution holds its command's text
 */
public record LogSettings(boolean json, Level level, String levelsFile, boolean requests, boolean runners,
        boolean commands) {
    public static LogSettings read(Section section) {
        return new LogSettings(section.parsed("format", "text", LogSettings::json),
                section.parsed("level", "INFO", LogSettings::level), section.text("levelsFile", ""),
                section.flag("requests", true), section.flag("runners", true), section.flag("commands", false));
    }

    private static boolean json(String text) {
        return switch (text) {
            case "text" -> false;
            case "json" -> true;
            default -> throw new IllegalArgumentException("must be text or json");
        };
    }

    static Level level(String text) {
        Level level = Level.toLevel(text.toUpperCase(Locale.ROOT), null);
        if (level == null) {
            throw new IllegalArgumentException("must be TRACE, DEBUG, INFO, WARN, ERROR or OFF");
        }
        return level;
    }
}
