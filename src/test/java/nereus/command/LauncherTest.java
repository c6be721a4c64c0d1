package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, in a house of its own with a fake JDK and a fake Maven. */
class LauncherTest {
    private static final String JAVA = "#!/bin/bash\nprintf '%s\\n' \"java of $0\" \"$@\"\nexit 42\n";
    private static final String MVN = "#!/bin/bash\necho \"$JAVA_HOME $*\" >>mvn.log\nmkdir -p target/lib\ntouch target/nereus.jar\n";

    @TempDir
    Path folder;
    private Path house;
    private Path tools;
    private Path jdk;

    @BeforeEach
    void build() throws IOException {
        house = Files.createDirectories(folder.resolve("a house"));
        tools = Files.createDirectories(folder.resolve("tools"));
        jdk = jdk("jdk 25", "25.0.3");
        Files.createDirectories(house.resolve("src/main"));
        Files.createFile(house.resolve("pom.xml"));
        // The folders of this machine are not to be found.
        script(house.resolve("nereus"), Files.readString(Path.of("nereus")).replace("/usr/lib/jvm", folder + "/jvm"));
        for (String tool : List.of("bash", "env", "readlink", "dirname", "grep", "find", "mkdir", "touch", "flock",
                "cat", "sleep")) {
            Path real = Path.of("/usr/bin", tool);
            if (Files.exists(real)) {
                Files.createSymbolicLink(tools.resolve(tool), real);
            }
        }
        script(tools.resolve("mvn"), MVN);
    }

    @Test
    void itBuildsOnceAndHandsOverToJava() throws Exception {
        Outcome first = launch(Map.of("JAVA_HOME", jdk.toString(), "NEREUS_JAVA_OPTIONS", "-Da=b -Dc=d"), "run", "1",
                "--", "a  b", "");
        Outcome second = launch(Map.of("JAVA_HOME", jdk.toString()), "serve");

        assertEquals(42, first.code());
        assertTrue(first.output().startsWith("nereus: building once, which takes some minutes...\njava of " + jdk),
                first.output());
        assertTrue(
                first.output().endsWith("\n-Da=b\n-Dc=d\n-jar\n" + house + "/target/nereus.jar\nrun\n1\n--\na  b\n\n"),
                first.output());
        assertTrue(first.output().contains("\n-XX:TieredStopAtLevel=1\n"), first.output());
        assertTrue(second.output().contains("java of ") && !second.output().contains("TieredStopAtLevel"),
                second.output());
        assertEquals(1, Files.readAllLines(house.resolve("mvn.log")).size());
    }

    @Test
    void aFasterStartIsPreparedOnceForServersAndUsedByAll() throws Exception {
        Map<String, String> environment = Map.of("JAVA_HOME", jdk.toString());
        script(jdk.resolve("bin/java"), """
                #!/bin/bash
                for word in "$@"; do
                    case $word in -XX:ArchiveClassesAtExit=*) echo classes >"${word#*=}" ;; esac
                done
                """ + JAVA.lines().skip(1).collect(Collectors.joining("\n")) + "\n");

        Outcome run = launch(environment, "run", "1", "--", "ls");
        Outcome first = launch(environment, "serve");
        Outcome second = launch(environment, "serve");
        Outcome after = launch(environment, "run", "1", "--", "ls");

        String said = "preparing a faster start once";
        String use = "\n-XX:SharedArchiveFile=" + house + "/target/nereus.jsa\n";
        assertFalse(run.output().contains(said) || run.output().contains(use), run.output());
        assertTrue(first.output().contains(said) && first.output().contains(use), first.output());
        assertTrue(!second.output().contains(said) && second.output().contains(use), second.output());
        assertTrue(after.output().contains(use), after.output());
    }

    @Test
    void whatCannotBePreparedIsLeftOutAndNotTriedAgain() throws Exception {
        Outcome first = launch(Map.of("JAVA_HOME", jdk.toString()), "serve");
        Outcome second = launch(Map.of("JAVA_HOME", jdk.toString()), "serve");

        assertTrue(first.output().contains("preparing"), first.output());
        assertFalse((first.output() + second.output()).contains("SharedArchiveFile"), second.output());
        assertFalse(second.output().contains("preparing"), second.output());
        assertEquals(List.of(42, 42), List.of(first.code(), second.code()));
    }

    @Test
    void aNewerSourceIsBuiltAgain() throws Exception {
        launch(Map.of("JAVA_HOME", jdk.toString()), "serve");
        Files.setLastModifiedTime(Files.createFile(house.resolve("src/main/A.java")),
                FileTime.from(Instant.now().plusSeconds(60)));

        launch(Map.of("JAVA_HOME", jdk.toString()), "serve");

        assertEquals(2, Files.readAllLines(house.resolve("mvn.log")).size());
    }

    @Test
    void anOldJavaIsPassedOver() throws Exception {
        Path old = jdk("jdk 17", "17.0.15");
        Path newer = jdk("jvm/temurin-27", "27");

        Outcome outcome = launch(Map.of("JAVA_HOME", old.toString()), "serve");

        assertTrue(outcome.output().contains("java of " + newer), outcome.output());
    }

    @Test
    void javaIsFoundOnThePath() throws Exception {
        Files.createSymbolicLink(tools.resolve("java"), jdk.resolve("bin/java"));

        assertEquals(42, launch(Map.of(), "serve").code());
    }

    @Test
    void withoutAJavaItSaysHowToGetOne() throws Exception {
        Outcome outcome = launch(Map.of("JAVA_HOME", jdk("jdk 17", "17.0.15").toString()), "serve");

        assertEquals(1, outcome.code());
        assertTrue(outcome.output().startsWith("nereus: no Java 25 found"), outcome.output());
        assertTrue(outcome.output().contains("NEREUS_JAVA_HOME"), outcome.output());
        assertEquals(125, launch(Map.of(), "run", "1", "--", "ls").code());
    }

    @Test
    void aNamedJavaThatDoesNotSuitIsNotPassedOver() throws Exception {
        Outcome outcome = launch(Map.of("NEREUS_JAVA_HOME", "/nonexistent", "JAVA_HOME", jdk.toString()), "serve");

        assertEquals(1, outcome.code());
        assertEquals("nereus: NEREUS_JAVA_HOME=/nonexistent is not a JDK 25 or newer\n", outcome.output());
    }

    @Test
    void whatIsMissingForBuildingIsSaid() throws Exception {
        Files.delete(tools.resolve("mvn"));
        Outcome withoutMaven = launch(Map.of("JAVA_HOME", jdk.toString()), "serve");
        script(tools.resolve("mvn"), "#!/bin/bash\necho broken code\nexit 1\n");
        Outcome broken = launch(Map.of("JAVA_HOME", jdk.toString()), "serve");
        Files.delete(jdk.resolve("bin/javac"));
        Outcome withoutCompiler = launch(Map.of("JAVA_HOME", jdk.toString()), "serve");

        assertEquals("nereus: nothing is built yet, and there is no Maven (mvn) to build it with: apt install maven\n",
                withoutMaven.output());
        assertTrue(broken.output().endsWith("broken code\nnereus: the build failed, see above\n"), broken.output());
        assertTrue(withoutCompiler.output().contains("has no compiler"), withoutCompiler.output());
        assertEquals(List.of(1, 1, 1), List.of(withoutMaven.code(), broken.code(), withoutCompiler.code()));
    }

    @Test
    void itWorksFromAnotherFolderAndThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), house.resolve("nereus"));

        assertTrue(start(link, Map.of("JAVA_HOME", jdk.toString()), "serve").output()
                .contains(house + "/target/nereus.jar"));
    }

    private Outcome launch(Map<String, String> environment, String... arguments) throws Exception {
        return start(house.resolve("nereus"), environment, arguments);
    }

    private Outcome start(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return new Outcome(process.exitValue(), output);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), JAVA);
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Outcome(int code, String output) {}
}
