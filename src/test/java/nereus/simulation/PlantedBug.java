package nereus.simulation;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A mistake in the sources: texts of the present code and what stands in their place. The changed files are compiled aside and loaded before
 * the right ones, so that the product needs no switch for it.
 */
final class PlantedBug {
    private static final Path SOURCES = Path.of("src/main/java/nereus");

    private final String name;
    private final int seeds;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Set<String> faults = new TreeSet<>();
    private final Set<String> acts = new TreeSet<>();

    /** @param seeds within which the simulator finds it */
    PlantedBug(String name, int seeds) {
        this.name = name;
        this.seeds = seeds;
    }

    /** What came of it: how many seeds it took, 0 when it was not found, and the promise that was broken. */
    record Found(int seeds, String why) {}

    int seeds() {
        return seeds;
    }

    /** Its histories have more of these than others. */
    PlantedBug with(Fault... more) {
        for (Fault fault : more) {
            faults.add(fault.name());
        }
        return this;
    }

    PlantedBug with(Act... more) {
        for (Act act : more) {
            acts.add(act.name());
        }
        return this;
    }

    /** What its histories have more of, for people. */
    String inclination() {
        Set<String> all = new TreeSet<>(faults);
        all.addAll(acts);
        return String.join(", ", all).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** @throws IllegalArgumentException when the file does not hold the text exactly once: then this bug must be planted anew */
    PlantedBug replace(String file, String text, String mistake) {
        String source = sources.computeIfAbsent(file, PlantedBug::read);
        if (source.split(java.util.regex.Pattern.quote(text), -1).length != 2) {
            throw new IllegalArgumentException(name + ": " + file + " does not hold once: " + text);
        }
        sources.put(file, source.replace(text, mistake));
        return this;
    }

    /** Runs histories until one is broken. */
    Found firstBroken(Path directory, long firstSeed) throws ReflectiveOperationException, IOException {
        Path classes = compile(directory);
        List<URL> path = new ArrayList<>();
        path.add(classes.toUri().toURL());
        for (String part : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            path.add(Path.of(part).toUri().toURL());
        }
        try (Loader loader = new Loader(path.toArray(URL[]::new))) {
            Class<?> histories = loader.loadClass("nereus.simulation.Histories");
            var run = histories.getDeclaredMethod("firstBroken", long.class, int.class, Set.class, Set.class);
            run.setAccessible(true);
            Object[] found = (Object[]) run.invoke(null, firstSeed, seeds, faults, acts);
            return new Found((int) found[0], found[1].toString());
        }
    }

    private Path compile(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = directory.resolve("src").resolve(source.getKey());
            Files.createDirectories(file.getParent());
            files.add(Files.writeString(file, source.getValue()));
        }
        Path classes = Files.createDirectories(directory.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(said, manager, null,
                    List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-classpath",
                            System.getProperty("java.class.path")),
                    null, manager.getJavaFileObjectsFromPaths(files)).call();
            if (!compiled) {
                throw new IllegalStateException(name + " does not compile: " + said);
            }
        }
        return classes;
    }

    private static String read(String file) {
        try {
            return Files.readString(SOURCES.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** Loads anew, from its own path, the rooms that are planted with bugs and those that know them; everything else as usual. */
    private static final class Loader extends URLClassLoader {
        private static final List<String> ANEW = List.of("nereus.epoch.", "nereus.environment.", "nereus.runner.",
                "nereus.pool.",
                "nereus.sync.", "nereus.simulation.");

        Loader(URL[] path) {
            super(path, PlantedBug.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String type, boolean resolve) throws ClassNotFoundException {
            if (ANEW.stream().noneMatch(type::startsWith)) {
                return super.loadClass(type, resolve);
            }
            synchronized (getClassLoadingLock(type)) {
                Class<?> loaded = findLoadedClass(type);
                return loaded != null ? loaded : findClass(type);
            }
        }
    }
}
