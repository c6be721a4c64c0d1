package nereus.environment;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Definitions whose template job is just being replaced, one variable each: {@code nereus/<instance>/environments/<id>}. One that is
 * there belongs to a change that is not finished, and says how it ends. Blocks; throws {@link NomadException}.
 */
public final class SavedDefinitions {
    /** Where they stand below our prefix. */
    public static final String FOLDER = "environments/";
    private static final Logger log = LoggerFactory.getLogger(SavedDefinitions.class);

    private final Nomad nomad;
    private final String prefix;

    SavedDefinitions(Nomad nomad, String instance) {
        this.nomad = nomad;
        this.prefix = "nereus/" + instance + "/" + FOLDER;
    }

    /** The environment whose definition stands at that path below our prefix; empty for every other path. */
    public static Optional<Integer> environmentOf(String path) {
        return path.matches(FOLDER + "[0-9]{1,9}")
                ? Optional.of(Integer.parseInt(path.substring(FOLDER.length())))
                : Optional.empty();
    }

    /** Saves it, in place of an older one. */
    void save(Edition edition) {
        Environment environment = edition.environment();
        Map<String, String> items = new LinkedHashMap<>();
        items.put("pool", Integer.toString(environment.prewarmingPoolSize()));
        items.put("cpu", Integer.toString(environment.cpuLimit()));
        items.put("memory", Integer.toString(environment.memoryLimit()));
        items.put("image", environment.image());
        items.put("network", Boolean.toString(environment.networkAccess()));
        items.put("ports", String.join(",", environment.exposedPorts().stream().map(String::valueOf).toList()));
        items.put("pull", Integer.toString(edition.pull()));
        items.putAll(environment.terms().items());
        String path = prefix + environment.id();
        try {
            nomad.createVariable(path, items);
        } catch (NomadException.Conflict older) {
            Variable there = nomad.variable(path).orElseThrow(() -> older);
            nomad.updateVariable(path, items, there.modifyIndex());
        }
    }

    /** What is saved of it; empty when nothing is, or nothing that can be read. */
    Optional<Edition> read(int id) {
        return nomad.variable(prefix + id).flatMap(variable -> parse(id, variable));
    }

    void drop(int id) {
        nomad.deleteVariable(prefix + id);
    }

    private static Optional<Edition> parse(int id, Variable variable) {
        Map<String, String> items = variable.items();
        try {
            String ports = items.getOrDefault("ports", "");
            List<Integer> exposed = ports.isEmpty()
                    ? List.of()
                    : Arrays.stream(ports.split(",")).map(Integer::valueOf).toList();
            return Optional.of(new Edition(new Environment(id, number(items, "pool"), number(items, "cpu"),
                    number(items, "memory"), items.getOrDefault("image", ""),
                    Boolean.parseBoolean(items.getOrDefault("network", "")), exposed, Terms.read(items)),
                    number(items, "pull")));
        } catch (NumberFormatException damaged) {
            log.warn("the variable {} does not hold a definition ({}); it is left alone", variable.path(),
                    damaged.getMessage());
            return Optional.empty();
        }
    }

    private static int number(Map<String, String> items, String name) {
        return Integer.parseInt(items.getOrDefault(name, ""));
    }
}
