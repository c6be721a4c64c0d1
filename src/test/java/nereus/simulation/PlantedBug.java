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
import java.util.Map;
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

    /** @param seeds within which the simulator finds it */
    PlantedBug(String name, int seeds) {
        this.name = name;
        this.seeds = seeds;
    }

    int seeds() {
        return seeds;
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

    /** How many seeds it takes until a history is broken; 0 when none is. */
    int firstBroken(Path directory, long firstSeed) throws ReflectiveOperationException, IOException {
        Path classes = compile(directory);
        List<URL> path = new ArrayList<>();
        path.add(classes.toUri().toURL());
        for (String part : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            path.add(Path.of(part).toUri().toURL());
        }
        try (Loader loader = new Loader(path.toArray(URL[]::new))) {
            Class<?> histories = loader.loadClass("nereus.simulation.Histories");
            var run = histories.getDeclaredMethod("firstBroken", long.class, int.class);
            run.setAccessible(true);
            return (int) run.invoke(null, firstSeed, seeds);
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

    /** Loads what is ours anew, from its own path, and everything else as usual. */
    private static final class Loader extends URLClassLoader {
        Loader(URL[] path) {
            super(path, PlantedBug.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String type, boolean resolve) throws ClassNotFoundException {
            if (!type.startsWith("nereus.")) {
                return super.loadClass(type, resolve);
            }
            synchronized (getClassLoadingLock(type)) {
                Class<?> loaded = findLoadedClass(type);
                return loaded != null ? loaded : findClass(type);
            }
        }
    }
}
