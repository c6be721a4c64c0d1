package nereus.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The whole configuration: config.yaml, overridden by environment variables, overridden by the command line. Sections are read
 * by their features; {@link #finish} then reports every problem at once, keys that nobody read included.
 */
public final class Configuration {
    /** The file that is read when none is named and it is there. */
    public static final Path USUAL_FILE = Path.of("config.yaml");
    /** Variables of the launcher and the clients, which set nothing in the service. */
    private static final Set<String> NOT_SETTINGS = Set.of("NEREUS_JAVA_HOME", "NEREUS_JAVA_OPTIONS", "NEREUS_DEBUG",
            "NEREUS_URL", "NEREUS_TOKEN", "NEREUS_CA");
    private static final String PREFIX = "NEREUS_";

    private final String source;
    private final Map<String, Map<String, Setting>> written;
    private final Map<String, String> lines;
    private final Map<String, String> variables = new TreeMap<>();
    private final Map<String, SectionReader> sections = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();

    private Configuration(Optional<Path> file, Map<String, String> environment) {
        source = file.map(Path::toString).orElse("the configuration");
        YamlFile yaml = new YamlFile(problems);
        written = file.map(yaml::read).orElseGet(LinkedHashMap::new);
        lines = yaml.lines();
        environment.forEach((name, value) -> {
            // An empty one is one that somebody's script did not fill: it must not take away what the file says, least of all a token.
            if (name.startsWith(PREFIX) && !NOT_SETTINGS.contains(name) && !value.isEmpty()) {
                variables.put(name, value);
            }
        });
    }

    /**
     * Reads the named file, or {@link #USUAL_FILE} when none is named and it is there.
     *
     * @param environment the process's environment; only names that begin with {@code NEREUS_} are looked at
     * @throws ConfigurationException when the file cannot be read or is not YAML
     */
    public static Configuration load(Optional<Path> named, Map<String, String> environment) {
        return new Configuration(named.or(() -> Optional.of(USUAL_FILE).filter(Files::exists)), environment);
    }

    /** What was read, for people. */
    public String source() {
        return written.isEmpty() && source.equals("the configuration") ? "the defaults" : source;
    }

    /** Only the environment variables, no file. */
    public static Configuration withoutFile(Map<String, String> environment) {
        return new Configuration(Optional.empty(), environment);
    }

    /** Sets a value over everything else, as an option of the command line does. */
    public Configuration with(String sectionName, String key, String value, String origin) {
        written.computeIfAbsent(sectionName, n -> new LinkedHashMap<>()).put(key, new Setting(value, origin));
        variables.keySet().removeIf(name -> folded(name).equals(folded(PREFIX + sectionName + "_" + key)));
        return this;
    }

    /** The section of that name, empty when nobody wrote it. */
    public Section section(String name) {
        return sections.computeIfAbsent(name, n -> new SectionReader(n, this::find, problems));
    }

    /**
     * Reports what was found wrong. Call it when every section has been read.
     *
     * @throws ConfigurationException when anything was wrong: names every problem
     */
    public void finish() {
        List<String> all = new ArrayList<>(problems);
        written.forEach((name, keys) -> {
            SectionReader section = sections.get(name);
            if (section == null) {
                all.add("'" + name + "' (" + lines.getOrDefault(name, "the command line") + ") is not a section"
                        + Likeness.hint(name, sections.keySet()));
                return;
            }
            keys.forEach((key, setting) -> {
                if (!section.asked().contains(key)) {
                    all.add(name + "." + key + " (" + setting.origin() + ") is not a setting"
                            + Likeness.hint(key, section.asked()));
                }
            });
        });
        for (String variable : variables.keySet()) {
            if (!used.contains(variable)) {
                all.add("the environment variable " + variable + " is not a setting"
                        + Likeness.hint(variable, names()));
            }
        }
        if (!all.isEmpty()) {
            throw new ConfigurationException(source, all);
        }
    }

    /** Every setting that was read, as {@code section.key}. */
    public Set<String> asked() {
        Set<String> all = new LinkedHashSet<>();
        sections.forEach((name, section) -> section.asked().forEach(key -> all.add(name + "." + key)));
        return all;
    }

    private Optional<Setting> find(String sectionName, String key) {
        String wanted = folded(PREFIX + sectionName + "_" + key);
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            if (folded(variable.getKey()).equals(wanted)) {
                used.add(variable.getKey());
                return Optional.of(new Setting(variable.getValue(), variable.getKey()));
            }
        }
        return Optional.ofNullable(written.getOrDefault(sectionName, Map.of()).get(key));
    }

    private List<String> names() {
        return asked().stream().map(Configuration::variable).toList();
    }

    /** {@code server.publicUrl} is overridden by {@code NEREUS_SERVER_PUBLIC_URL}. */
    static String variable(String setting) {
        return PREFIX + setting.replace('.', '_').replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }

    private static String folded(String variable) {
        return variable.replace("_", "").toUpperCase(Locale.ROOT);
    }
}
