package nereus.files;

import static nereus.files.Workbench.RUNNER;
import static nereus.files.Workbench.copies;
import static nereus.files.Workbench.copy;
import static nereus.files.Workbench.deletions;
import static nereus.files.Workbench.directory;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

/** Copying into and deleting in a runner, with the real tar, rm and find. */
@ParameterizedClass(name = "warm: {0}")
@ValueSource(booleans = {false, true})
class CopyTest {
    /** Whether channels are kept ready: nothing but time may depend on it. */
    @Parameter
    boolean warm;

    @TempDir
    private Path outer;
    private Path work;
    private Workbench bench;

    @BeforeEach
    void start() throws Exception {
        work = Files.createDirectory(outer.resolve("workspace"));
        bench = new Workbench(warm, work, 100_000, "user", "nobody");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void whatIsCopiedHasItsContentModeAndTime() throws Exception {
        Instant before = Instant.now().minusSeconds(2);
        Files.writeString(work.resolve("old"), "longer than what comes");
        change(copies(directory("dir/"), copy("dir/a.txt", "first"), copy("deep/er/b", "second"), copy("empty"),
                copy("old", "new"),
                copy("twice", "one"), copy("twice", "two"), copy("./c/../d", "third"), copy("../beside", "fourth"),
                copy(outer + "/absolute", "fifth")));

        assertEquals("first", Files.readString(work.resolve("dir/a.txt")));
        assertEquals("second", Files.readString(work.resolve("deep/er/b")));
        assertEquals(0, Files.size(work.resolve("empty")));
        assertEquals("new", Files.readString(work.resolve("old")));
        assertEquals("two", Files.readString(work.resolve("twice")));
        assertEquals("third", Files.readString(work.resolve("d")));
        assertFalse(Files.exists(work.resolve("c")));
        assertEquals("fourth", Files.readString(outer.resolve("beside")));
        assertEquals("fifth", Files.readString(outer.resolve("absolute")));
        assertEquals(0744, mode("dir/a.txt"));
        assertEquals(0744, mode("old"));
        assertEquals(01777, mode("dir"));
        assertEquals(0755, mode("deep/er"));
        Instant modified = Files.getLastModifiedTime(work.resolve("dir/a.txt")).toInstant();
        assertTrue(modified.isAfter(before) && modified.isBefore(Instant.now().plusSeconds(2)), "modified " + modified);
        assertEquals(Files.getOwner(outer), Files.getOwner(work.resolve("dir/a.txt")));
    }

    @Test
    void sixteenMebibytesGoThereAndBackUnchangedBesideManySmallFiles() throws Exception {
        var large = new byte[16 << 20];
        new Random(1).nextBytes(large);
        List<Change.Copy> all = new ArrayList<>();
        all.add(copy("large", large));
        for (int i = 0; i < 300; i++)
            all.add(copy("small/" + i, "content " + i));
        change(new Change(List.of(), all));

        assertArrayEquals(large, Files.readAllBytes(work.resolve("large")));
        assertArrayEquals(large, bench.download(FilePath.of("large")));
        for (int i = 0; i < 300; i++)
            assertEquals("content " + i, Files.readString(work.resolve("small/" + i)));
        bench.clean();
    }

    @Test
    void deletionsComeFirstAndDoNotMindWhatCannotBeDeleted() throws Exception {
        Files.createDirectories(work.resolve("tree/branch"));
        Files.writeString(work.resolve("tree/branch/leaf"), "");
        Files.writeString(work.resolve("-rf"), "");
        Files.writeString(work.resolve("kept"), "");
        Files.writeString(outer.resolve("outside"), "");
        Files.createSymbolicLink(work.resolve("link"), outer);
        change(new Change(List
                .of("missing", "", ".", "..", "../..", "/", "//", "tree/", "-rf", "link/", "../outside", "a\0b", "kep*",
                        "$(id)")
                .stream().map(FilePath::of).toList(), List.of(copy("tree", "a file now"))));

        assertEquals("a file now", Files.readString(work.resolve("tree")));
        assertEquals(List.of("kept", "tree"), names(work));
        assertEquals(List.of("workspace"), names(outer));
        bench.clean();
    }

    @Test
    void theGlobTakesEverythingButWhatIsHidden() throws Exception {
        for (int i = 0; i < 500; i++)
            Files.createFile(work.resolve("a rather long name that makes the arguments long, number " + i + "\n"));
        Files.createFile(work.resolve("-rf"));
        Files.createFile(work.resolve("..hidden"));
        Files.createDirectories(work.resolve(".git/objects"));
        change(new Change(List.of(FilePath.of("./*")), List.of(copy("new", ""))));
        assertEquals(List.of("..hidden", ".git", "new"), names(work));
        assertTrue(Files.isDirectory(work.resolve(".git/objects")));
    }

    @Test
    void manyDeletionsAreDoneInSeveralSteps() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            names.add("x".repeat(150) + i);
            Files.createFile(work.resolve(names.getLast()));
        }
        change(deletions(names.toArray(String[]::new)));
        assertEquals(List.of(), names(work));
    }

    @Test
    void aFileThatCannotBeWrittenFailsTheCopyAndTheOthersAreWritten() throws Exception {
        Files.createDirectories(work.resolve("taken/by"));
        var failure = assertThrows(FilesException.CopyFailed.class,
                () -> change(copies(copy("before", "1"), copy("taken", "2"),
                        copy("before/below", "3"), copy("", "4"), copy("after", "5"))));
        String message = String.valueOf(failure.getMessage());
        assertTrue(
                message.matches(
                        "(?s)file copy failed: stderr output 'tar: .*taken: Cannot open: .*' and stdout output ''"),
                message);
        assertEquals("1", Files.readString(work.resolve("before")));
        assertEquals("5", Files.readString(work.resolve("after")));
        bench.clean();
    }

    @Test
    void manyFailuresDoNotFloodTheMessage() throws Exception {
        Files.createFile(work.resolve("file"));
        List<Change.Copy> all = new ArrayList<>();
        for (int i = 0; i < 2000; i++)
            all.add(copy("file/" + i, "x"));
        all.add(copy("last", "x"));
        var failure = assertThrows(FilesException.CopyFailed.class, () -> change(new Change(List.of(), all)));
        assertTrue(String.valueOf(failure.getMessage()).length() < 9000,
                "long: " + String.valueOf(failure.getMessage()).length());
        assertEquals("x", Files.readString(work.resolve("last")));
    }

    @Test
    void aFullDiskFailsTheCopy() throws Exception {
        Path small = Files.createDirectory(outer.resolve("small"));
        Assumptions.assumeTrue(shell("mount -t tmpfs -o size=1m none " + small),
                "no small file system can be mounted here");
        try {
            var failure = assertThrows(FilesException.CopyFailed.class,
                    () -> change(copies(copy(small + "/large", new byte[3 << 20]), copy("other", "x"))));
            assertTrue(String.valueOf(failure.getMessage()).contains("large: "), failure.getMessage());
            assertEquals("x", Files.readString(work.resolve("other")));
            bench.clean();
        } finally {
            assertTrue(shell("umount " + small));
        }
    }

    @Test
    void aContentThatCannotBeReadEndsTheCopyAndLeavesNothingRunning() {
        var broken = new Change.Copy(FilePath.of("broken"), new Content() {
            @Override
            public long length() {
                return 1 << 20;
            }

            @Override
            public InputStream open() throws IOException {
                return InputStream.nullInputStream();
            }
        });
        assertThrows(UncheckedIOException.class, () -> change(copies(copy("a", "x"), broken)));
        bench.clean();
        assertEquals(List.of(), bench.life.released);
    }

    @Test
    void aWorkingDirectoryThatWasMadeAnewIsTheOneThatIsCopiedInto() throws Exception {
        change(copies(copy("first", "1")));
        if (warm)
            bench.warm();
        Files.move(work, outer.resolve("moved"));
        Files.createDirectory(work);
        change(copies(copy("second", "2")));
        assertEquals(List.of("second"), names(work));
    }

    @Test
    void aNameWithNulIsRefusedBeforeAnythingHappens() throws Exception {
        Files.createFile(work.resolve("old"));
        assertThrows(FilesException.CopyFailed.class,
                () -> change(new Change(List.of(FilePath.of("old")), List.of(copy("a\0b", "x")))));
        assertEquals(List.of("old"), names(work));
        assertTrue(warm || bench.transport.sessions().isEmpty());
    }

    @Test
    void aRunnerThatEndsInTheMiddleFailsTheCopyAtOnce() throws Exception {
        Files.createDirectory(work.resolve("dir"));
        var endless = after1MiB("endless", () -> bench.life.end(RUNNER.id(), nereus.runner.Ending.RETURNED));
        var failure = assertThrows(FilesException.Unavailable.class, () -> change(copies(endless)));
        assertTrue(String.valueOf(failure.getMessage()).contains("has ended"), failure.getMessage());
        bench.clean();
    }

    @Test
    void aWriterThatDoesNotProgressIsGivenUp() throws Exception {
        var impatient = nereus.files.Files.in(bench.executions,
                new FilesSettings("", 1, 1, 1, 4096, 10, 64, Duration.ofMillis(700), Duration.ofSeconds(10)));
        var stopping = after1MiB("stuck", () -> assertTrue(shell("for p in "
                + String.join(" ", bench.transport.tagged().stream().map(String::valueOf).toList())
                + "; do read -r c </proc/$p/comm; [ \"$c\" = tar ] && kill -STOP $p; done; true")));
        assertThrows(FilesException.Unavailable.class, () -> impatient.change(RUNNER, copies(stopping)));
        bench.clean();
        assertEquals(List.of(), bench.life.released);
    }

    /** A file of 1 TiB, whose reader does something after the first MiB. */
    private static Change.Copy after1MiB(String path, Runnable what) {
        return new Change.Copy(FilePath.of(path), new Content() {
            @Override
            public long length() {
                return 1L << 40;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private long left = 1 << 20;

                    @Override
                    public int read() {
                        throw new AssertionError("it is read in pieces");
                    }

                    @Override
                    public int read(byte[] bytes, int from, int length) {
                        if (left > 0 && left <= length)
                            what.run();
                        left -= length;
                        return length;
                    }
                };
            }
        });
    }

    private void change(Change change) {
        bench.files.change(RUNNER, change);
    }

    private int mode(String path) throws IOException {
        return (int) Files.getAttribute(work.resolve(path), "unix:mode") & 07777;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static boolean shell(String command) {
        try {
            return new ProcessBuilder("/bin/bash", "-c", command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
