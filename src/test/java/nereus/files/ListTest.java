package nereus.files;

import static nereus.files.Workbench.RUNNER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

/** Listing what is in a runner, with the real find. */
@ParameterizedClass(name = "warm: {0}")
@ValueSource(booleans = {false, true})
class ListTest {
    /** Whether channels are kept ready: nothing but time may depend on it. */
    @Parameter
    boolean warm;

    /** Names that listings of ls, shells or formats have stumbled over. */
    private static final List<String> HOSTILE = List.of("two words", "line\nbreak", "a -> b", "trailing:", "-rf",
            "$(touch hacked)",
            "`id`", "it's \"quoted\"", "*", "?[a]", "back\\slash\\n", "tab\there", "\u0001\u007f", " leading",
            "trailing ", "ä€😀",
            "not\udcffutf8", "~", "#x", "!", "(", "a;b", "x".repeat(255), "{}", "%s%n");

    @TempDir
    private Path work;
    private Workbench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new Workbench(warm, work, 10_010, "user", "nobody");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void aRecursiveListingHasTheOrderAndTheNamesOfLs() throws Exception {
        tree();
        assertEquals(
                List.of("./a", "./dir", "./flag", "./dir/another.txt", "./dir/sub", "./dir/sub/deep",
                        "./dir/sub/deep/x"),
                names(list("./", true)));
        assertEquals(names(list("./", true)), names(list(".", true)));
        assertEquals(List.of("dir/another.txt", "dir/sub", "dir/sub/deep", "dir/sub/deep/x"), names(list("dir", true)));
        assertEquals(List.of("dir//another.txt", "dir//sub", "dir//sub/deep", "dir//sub/deep/x"),
                names(list("dir//", true)));
        assertEquals(names(list("dir/", true)).stream().map(name -> work + "/" + name).toList(),
                names(list(work + "/dir", true)));
        bench.clean();
    }

    @Test
    void aDirectoryAloneGivesBareNames() throws Exception {
        tree();
        assertEquals(List.of("a", "dir", "flag"), names(list("./", false)));
        assertEquals(List.of("another.txt", "sub"), names(list("dir/", false)));
        assertEquals(List.of("deep"), names(list("dir/sub", false)));
    }

    @Test
    void eachEntryTellsWhatLsTells() throws Exception {
        Files.writeString(work.resolve("file"), "12345");
        Files.setPosixFilePermissions(work.resolve("file"), PosixFilePermissions.fromString("rwxr--r--"));
        Files.setLastModifiedTime(work.resolve("file"), FileTime.from(Instant.ofEpochSecond(1234567890, 999_000_000)));
        Files.createDirectory(work.resolve("sticky"));
        Files.setAttribute(work.resolve("sticky"), "unix:mode", 01777);
        Files.createSymbolicLink(work.resolve("link"), Path.of("somewhere -> else"));
        assertEquals(0, new ProcessBuilder("mkfifo", work + "/pipe").start().waitFor());
        List<FileEntry> entries = list("./", false);
        String owner = Files.getOwner(work).getName();
        assertEquals(
                new FileEntry(FilePath.of("file"), '-', FilePath.of(""), 5, 1234567890, "rwxr--r--", owner,
                        entries.getFirst().group()),
                entries.getFirst());
        assertEquals("l somewhere -> else 17",
                entries.get(1).type() + " " + entries.get(1).linkTarget() + " " + entries.get(1).size());
        assertEquals('p', entries.get(2).type());
        assertEquals("d rwxrwxrwt", entries.get(3).type() + " " + entries.get(3).permissions());
    }

    @Test
    void aSinglePathIsListedAsGivenAndALinkIsNotFollowed() throws Exception {
        tree();
        Files.createSymbolicLink(work.resolve("link"), Path.of("dir"));
        assertEquals(List.of("flag"), names(list("flag", true)));
        assertEquals(List.of("./.hidden"), names(list("./.hidden", false)));
        assertEquals(List.of(".git/config"), names(list(".git/", true)));
        FileEntry link = list("link", true).getFirst();
        assertEquals("link l dir", link.name() + " " + link.type() + " " + link.linkTarget());
        assertEquals(List.of("link/another.txt", "link/sub", "link/sub/deep", "link/sub/deep/x"),
                names(list("link/", true)));
        FileEntry here = list("/proc/self/cwd", true).getFirst();
        assertEquals("/proc/self/cwd " + work.toRealPath(), here.name() + " " + here.linkTarget());
    }

    @Test
    void everyNameIsExactInListsCopiesAndDownloads() throws Exception {
        List<FilePath> paths = new ArrayList<>();
        List<Change.Copy> copies = new ArrayList<>();
        for (String name : HOSTILE) {
            paths.add(FilePath.of(bytes(name)));
            copies.add(Workbench.copy(paths.getLast(), bytes(name)));
        }
        FilePath deep = FilePath.of(bytes("d\udcfe/" + "y".repeat(200) + "/" + "z".repeat(200)));
        copies.add(Workbench.copy(deep, bytes("deep")));
        bench.files.change(RUNNER, new Change(List.of(), copies));

        List<FilePath> listed = bench.files.list(RUNNER, FilePath.of("."), false, true).stream().map(FileEntry::name)
                .toList();
        List<FilePath> expected = new ArrayList<>(paths);
        expected.add(FilePath.of(bytes("d\udcfe")));
        expected.sort((a, b) -> java.util.Arrays.compareUnsigned(a.bytes(), b.bytes()));
        assertEquals(expected, listed);
        for (int i = 0; i < paths.size(); i++) {
            FilePath path = paths.get(i);
            assertEquals(List.of(path),
                    bench.files.list(RUNNER, path, true, false).stream().map(FileEntry::name).toList());
            if (i % 5 == 0 || HOSTILE.get(i).contains("\n"))
                assertArrayEquals(bytes(HOSTILE.get(i)), bench.download(path));
        }
        assertArrayEquals(bytes("deep"), bench.download(deep));
        List<FilePath> all = bench.files.list(RUNNER, FilePath.of(bytes("d\udcfe")), true, true).stream()
                .map(FileEntry::name).toList();
        assertEquals(deep, all.getLast());
        bench.files.change(RUNNER, new Change(paths, List.of()));
        assertEquals(List.of(FilePath.of(bytes("d\udcfe"))),
                bench.files.list(RUNNER, FilePath.of("."), false, true).stream().map(FileEntry::name).toList());
        bench.clean();
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        Files.createFile(work.resolve("file"));
        for (String path : List.of("missing", "", "file/", "file/below", "a\0b", "/dev/tcp/127.0.0.1/1", "*",
                "-maxdepth"))
            assertThrows(FilesException.NotFound.class, () -> list(path, true), path);
        assertEquals(List.of(), list(Files.createDirectory(work.resolve("empty")).toString(), true));
        bench.clean();
    }

    @Test
    void theUnprivilegedUserSeesOnlyWhatItMay() throws Exception {
        Assumptions.assumeTrue(Workbench.ROOT, "needs root to change to another user");
        Files.createDirectories(work.resolve("secret/inside"));
        Files.createFile(work.resolve("open"));
        Files.setPosixFilePermissions(work.resolve("secret"), PosixFilePermissions.fromString("rwx------"));
        assertThrows(FilesException.NotFound.class, () -> list("secret", true));
        assertThrows(FilesException.NotFound.class, () -> list("secret/inside", true));
        assertEquals(List.of("./open", "./secret"), names(list("./", true)));
        assertEquals(List.of("secret/inside"), names(bench.files.list(RUNNER, FilePath.of("secret"), true, true)));
        // A link that must not be read is there all the same.
        FileEntry exe = list("/proc/1/exe", true).getFirst();
        assertEquals("l ", exe.type() + " " + exe.linkTarget());
    }

    @Test
    void tenThousandFilesAreListedAndOneMoreThanAllowedIsSaid() throws Exception {
        List<Change.Copy> copies = new ArrayList<>();
        for (int i = 0; i < 10_000; i++)
            copies.add(Workbench.copy("d" + i % 10 + "/f" + i));
        bench.files.change(RUNNER, new Change(List.of(), copies));
        assertEquals(10_010, list("./", true).size());
        Files.createFile(work.resolve("one more"));
        assertThrows(FilesException.TooMany.class, () -> list("./", true));
        bench.clean();
        assertEquals(List.of(), bench.life.released);
    }

    private void tree() throws Exception {
        Files.createDirectories(work.resolve("dir/sub/deep"));
        Files.createDirectories(work.resolve(".git/objects"));
        Files.createDirectories(work.resolve("dir/.cache/below"));
        for (String file : List.of("flag", "a", ".hidden", ".git/config", "dir/another.txt", "dir/sub/deep/x",
                "dir/sub/.x"))
            Files.createFile(work.resolve(file));
        Files.delete(work.resolve(".git/objects"));
    }

    private List<FileEntry> list(String path, boolean recursive) {
        return bench.files.list(RUNNER, FilePath.of(path), recursive, false);
    }

    private static List<String> names(List<FileEntry> entries) {
        assertTrue(entries.stream().allMatch(entry -> entry.name().isText()));
        return entries.stream().map(entry -> entry.name().text()).toList();
    }

    /** UTF-8, with a low surrogate for a byte that is none. */
    private static byte[] bytes(String text) {
        var out = new java.io.ByteArrayOutputStream();
        text.codePoints().forEach(c -> {
            if (c >= 0xdc80 && c <= 0xdcff)
                out.write(c & 0xff);
            else
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
        });
        return out.toByteArray();
    }
}
