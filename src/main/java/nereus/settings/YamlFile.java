package nereus.settings;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Takes a YAML file of two levels, section and key, apart into settings with their lines. */
final class YamlFile {
    private final List<String> problems;
    private final Map<String, Map<String, Setting>> sections = new LinkedHashMap<>();
    private final Map<String, String> lines = new LinkedHashMap<>();

    YamlFile(List<String> problems) {
        this.problems = problems;
    }

    /**
     * Settings by section and key; what is not of that shape becomes a problem.
     *
     * @throws ConfigurationException when the file cannot be read or is not YAML
     */
    Map<String, Map<String, Setting>> read(Path file) {
        Node root = compose(file);
        if (root == null || isNothing(root)) {
            return sections;
        }
        if (!(root instanceof MappingNode sectionsNode)) {
            problems.add("sections such as 'server:' are expected at the top (" + line(root) + ")");
            return sections;
        }
        for (NodeTuple tuple : sectionsNode.getValue()) {
            String name = name(tuple.getKeyNode());
            Node content = tuple.getValueNode();
            if (sections.containsKey(name)) {
                problems.add(name + " appears twice, the second time in " + line(tuple.getKeyNode()));
            }
            lines.putIfAbsent(name, line(tuple.getKeyNode()));
            Map<String, Setting> section = sections.computeIfAbsent(name, n -> new LinkedHashMap<>());
            if (content instanceof MappingNode keys) {
                keys(name, keys, section);
            } else if (!isNothing(content)) {
                problems.add(name + " must hold keys, each on a line of its own below it (" + line(content) + ")");
            }
        }
        return sections;
    }

    /** Where each section that was read begins. */
    Map<String, String> lines() {
        return lines;
    }

    private void keys(String sectionName, MappingNode keys, Map<String, Setting> section) {
        for (NodeTuple tuple : keys.getValue()) {
            String key = name(tuple.getKeyNode());
            String where = line(tuple.getKeyNode());
            if (!(tuple.getValueNode() instanceof ScalarNode value)) {
                problems.add(sectionName + "." + key + " must be one value, not a list or a group (" + where + ")");
                section.put(key, new Setting("", where));
            } else if (section.containsKey(key)) {
                problems.add(sectionName + "." + key + " appears twice, the second time in " + where);
            } else {
                section.put(key, new Setting(isNothing(value) ? "" : value.getValue(), where));
            }
        }
    }

    private static @Nullable Node compose(Path file) {
        try (Reader text = new StringReader(StandardCharsets.UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString())) {
            return new Yaml(new LoaderOptions()).compose(text);
        } catch (NoSuchFileException e) {
            throw broken(file, "there is no such file");
        } catch (CharacterCodingException e) {
            throw broken(file, "is not UTF-8 text");
        } catch (IOException e) {
            throw broken(file, "cannot be read: " + e.getMessage());
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw broken(file, "is not YAML: " + e.getProblem() + " (line " + line + ")");
        } catch (YAMLException e) {
            throw broken(file, "is not YAML: " + e.getMessage());
        }
    }

    private static ConfigurationException broken(Path file, String problem) {
        return new ConfigurationException(file.toString(), List.of(problem));
    }

    private static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String name(Node key) {
        return key instanceof ScalarNode scalar ? scalar.getValue() : "?";
    }

    private static String line(Node node) {
        return "line " + (node.getStartMark().getLine() + 1);
    }
}
