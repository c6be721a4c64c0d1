package nereus.execution;

import java.time.Duration;
import nereus.settings.Section;

/** The default settings, with the changes a test needs. */
public final class TestSettings {
    private TestSettings() {}

    public static ExecutionSettings with(String... keysAndValues) {
        var changes = new java.util.HashMap<String, String>();
        for (int i = 0; i < keysAndValues.length; i += 2)
            changes.put(keysAndValues[i], keysAndValues[i + 1]);
        ExecutionSettings settings = ExecutionSettings.read(new Section() {
            @Override
            public String text(String key, String byDefault) {
                String value = changes.remove(key);
                return value == null ? byDefault : value;
            }

            @Override
            public int number(String key, int byDefault, int least, int most) {
                String value = changes.remove(key);
                return value == null ? byDefault : Integer.parseInt(value);
            }

            @Override
            public boolean flag(String key, boolean byDefault) {
                throw new AssertionError("no flags here");
            }

            @Override
            public Duration duration(String key, Duration byDefault) {
                String value = changes.remove(key);
                return value == null ? byDefault : Duration.parse("PT" + value);
            }
        });
        if (!changes.isEmpty())
            throw new AssertionError("no such settings: " + changes);
        return settings;
    }
}
