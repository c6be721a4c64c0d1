package nereus.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where contents wait. */
class SpoolTest {
    @TempDir
    private Path work;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 1024})
    void contentsComeOutAsTheyWentIn(int memory) throws Exception {
        Random random = new Random(memory);
        Spool spool = spool(memory, 1);
        try (Upload upload = spool.begin()) {
            List<byte[]> written = new ArrayList<>();
            List<Content> contents = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                byte[] bytes = new byte[random.nextInt(4000)];
                random.nextBytes(bytes);
                long start = upload.length();
                int cut = random.nextInt(bytes.length + 1);
                upload.write(bytes, 0, cut);
                upload.write(bytes, cut, bytes.length - cut);
                written.add(bytes);
                contents.add(upload.since(start));
            }
            assertEquals(written.stream().mapToInt(bytes -> bytes.length).sum(), spool.held());
            for (int i = 0; i < written.size(); i++) {
                assertEquals(written.get(i).length, contents.get(i).length());
                for (int again = 0; again < 2; again++) {
                    try (InputStream in = contents.get(i).open()) {
                        assertArrayEquals(written.get(i), in.readAllBytes());
                    }
                }
            }
        }
        assertEquals(0, spool.held());
    }

    @Test
    void aSpoolThatIsFullRefusesUntilAnUploadEnds() throws IOException {
        Spool spool = spool(1, 1);
        byte[] bytes = new byte[600 << 10];
        try (Upload second = spool.begin()) {
            try (Upload first = spool.begin()) {
                first.write(bytes, 0, bytes.length);
                assertThrows(SpoolException.Full.class, () -> second.write(bytes, 0, bytes.length));
                assertThrows(SpoolException.TooLarge.class, () -> first.write(bytes, 0, bytes.length));
                assertEquals(bytes.length, spool.held());
            }
            second.write(bytes, 0, bytes.length);
            assertEquals(bytes.length, second.length());
        }
        assertEquals(0, spool.held());
    }

    @Test
    void memoryOfAllUploadsIsBounded() throws IOException {
        int kib = 16 << 10;
        Spool spool = spool(kib, 1024);
        byte[] bytes = new byte[kib << 10];
        List<Upload> uploads = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                uploads.add(spool.begin());
                uploads.getLast().write(bytes, 0, bytes.length);
            }
            assertEquals(List.of(true, true, false), uploads.stream().map(Upload::inMemory).toList());
        } finally {
            uploads.forEach(Upload::close);
        }
        try (Upload later = spool.begin()) {
            later.write(bytes, 0, bytes.length);
            assertTrue(later.inMemory());
        }
    }

    @Test
    void whatACrashLeftIsRemovedAtTheStartAndNothingElse() throws IOException {
        Files.write(work.resolve("nereus-upload-7"), new byte[1]);
        Files.write(work.resolve("other"), new byte[1]);
        Spool spool = spool(0, 1);
        try (Upload upload = spool.begin()) {
            upload.write(new byte[]{1}, 0, 1);
            try (var left = Files.list(work)) {
                assertEquals(List.of(work.resolve("other")), left.toList());
            }
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsMadeAndOneThatCannotBeIsNamed() throws IOException {
        Path made = work.resolve("a/b");
        Spool.in(settings(made, 1, 1));
        assertTrue(Files.isDirectory(made));
        Path file = Files.createFile(work.resolve("file"));
        IOException error = assertThrows(IOException.class, () -> Spool.in(settings(file, 1, 1)));
        assertTrue(String.valueOf(error.getMessage()).startsWith("files.spool: uploads cannot be kept in " + file),
                error.getMessage());
    }

    @Test
    void aDirectoryThatHasGoneIsAnErrorThatSaysSo() throws IOException {
        Path gone = work.resolve("gone");
        Spool spool = Spool.in(settings(gone, 0, 1));
        Files.delete(gone);
        try (Upload upload = spool.begin()) {
            SpoolException error = assertThrows(SpoolException.Broken.class, () -> upload.write(new byte[1], 0, 1));
            assertTrue(String.valueOf(error.getMessage()).startsWith("the spool cannot be written: "),
                    error.getMessage());
        }
        assertEquals(0, spool.held());
    }

    @Test
    void contentsEndWithTheirUpload() throws IOException {
        Spool spool = spool(1, 1);
        Upload upload = spool.begin();
        upload.write(new byte[2000], 0, 2000);
        Content content = upload.since(0);
        InputStream open = content.open();
        upload.close();
        upload.close();

        assertThrows(IOException.class, content::open);
        assertThrows(IOException.class, open::read);
        assertEquals(0, spool.held());
    }

    private Spool spool(int memoryKib, int mib) throws IOException {
        return Spool.in(settings(work, memoryKib, mib));
    }

    private static FilesSettings settings(Path directory, int memoryKib, int mib) {
        return new FilesSettings(directory.toString(), 1, mib, memoryKib, 100, 100, 64, Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }
}
