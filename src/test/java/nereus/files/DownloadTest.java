package nereus.files;

import static nereus.files.Workbench.RUNNER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import nereus.execution.LocalTransport;
import nereus.execution.Stage;
import nereus.files.Workbench.Reader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

/** Reading files out of a runner, with the real programs. */
@ParameterizedClass(name = "warm: {0}")
@ValueSource(booleans = {false, true})
class DownloadTest {
    /** Whether channels are kept ready: nothing but time may depend on it. */
    @Parameter
    boolean warm;

    @TempDir
    private Path work;
    private Workbench bench;

    @BeforeEach
    void start() throws Exception {
        begin();
    }

    private void begin(String... more) throws Exception {
        String[] settings = Arrays.copyOf(more, more.length + 2);
        settings[more.length] = "user";
        settings[more.length + 1] = "nobody";
        bench = new Workbench(warm, work, 100, settings);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void filesOfEverySizeComeWhole() throws Exception {
        for (int size : new int[]{0, 1, 4095, 4096, 4097, 65_536, 300_001}) {
            byte[] content = random(size);
            Files.write(work.resolve("file"), content);
            Download download = bench.open("file", false);
            assertEquals(size, download.length());
            var reader = new Reader();
            bench.get(() -> download.writeTo(reader));
            assertArrayEquals(content, reader.bytes());
        }
        bench.clean();
    }

    @Test
    void aLinkIsFollowedAndItsTargetsLengthCounts() throws Exception {
        byte[] content = random(10_000);
        Files.write(work.resolve("target"), content);
        Files.createSymbolicLink(work.resolve("link"), Path.of("target"));
        assertArrayEquals(content, bench.download(FilePath.of("link")));
    }

    @Test
    void whatIsNoReadableFileIsNotFound() throws Exception {
        Files.createDirectory(work.resolve("dir"));
        Files.createSymbolicLink(work.resolve("dangling"), Path.of("nowhere"));
        assertEquals(0, new ProcessBuilder("mkfifo", work + "/pipe").start().waitFor());
        for (String path : List.of("missing", "", "dir", "dir/", "dangling", "pipe", "/dev/null", "/dev/stdin",
                "/dev/tcp/127.0.0.1/1", "a\0b"))
            assertThrows(FilesException.NotFound.class, () -> bench.open(path, true), path);
        bench.clean();
    }

    @Test
    void theFileIsOpenedByTheUserThatAsks() throws Exception {
        Assumptions.assumeTrue(Workbench.ROOT, "needs root to change to another user");
        Files.writeString(work.resolve("secret"), "for root");
        Files.setPosixFilePermissions(work.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
        assertThrows(FilesException.NotFound.class, () -> bench.open("secret", false));
        assertEquals(8, bench.open("secret", true).length());
    }

    @Test
    void whatTheKernelMakesUpHasTheLengthOfItsContent() throws Exception {
        assertArrayEquals(Files.readAllBytes(Path.of("/proc/version")), bench.download(FilePath.of("/proc/version")));
        Path page = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        if (Files.isReadable(page))
            assertArrayEquals(Files.readAllBytes(page), bench.download(FilePath.of(page.toString())));
    }

    @Test
    void aFileThatGrowsIsCutAtTheLengthItHadWhenItWasOpened() throws Exception {
        byte[] content = random(200_000);
        Files.write(work.resolve("file"), content);
        Download download = bench.open("file", false);
        Files.write(work.resolve("file"), random(100_000), StandardOpenOption.APPEND);
        var reader = new Reader();
        bench.get(() -> download.writeTo(reader));
        assertArrayEquals(content, reader.bytes());
        bench.clean();
    }

    @Test
    void aFileThatShrinksIsNeverTakenForWhole() throws Exception {
        Files.write(work.resolve("file"), random(200_000));
        Download download = bench.open("file", false);
        Files.write(work.resolve("file"), random(199_999));
        var reader = new Reader();
        var failure = assertThrows(FilesException.Unavailable.class, () -> bench.get(() -> download.writeTo(reader)));
        assertTrue(String.valueOf(failure.getMessage()).contains("1 bytes of 200000 are missing"),
                failure.getMessage());
        assertTrue(reader.length() < 200_000, "the reader has " + reader.length() + " bytes");
        bench.clean();
        assertEquals(List.of(), bench.life.released);
    }

    @Test
    void aSlowReaderHoldsTheProgramBack() throws Exception {
        byte[] content = random(8 << 20);
        Files.write(work.resolve("file"), content);
        Download download = bench.open("file", false);
        var reader = new Reader();
        reader.full = true;
        var done = new CompletableFuture<Void>();
        bench.run(() -> download.writeTo(reader).onSuccess(done::complete).onFailure(done::completeExceptionally));
        Stage.eventually("something comes", () -> reader.length() > 0);
        assertTrue(reader.length() < 1 << 20, "the reader was given " + reader.length() + " bytes while it was full");
        bench.run(reader::drain);
        done.get(30, TimeUnit.SECONDS);
        assertArrayEquals(content, reader.bytes());
    }

    @Test
    void aReaderMayBeSlowerThanARunnerMay() throws Exception {
        byte[] content = random(8 << 20);
        Files.write(work.resolve("file"), content);
        var impatient = nereus.files.Files.in(bench.executions,
                new FilesSettings("", 1, 1, 1, 4096, 10, 64, Duration.ofSeconds(3), Duration.ofSeconds(20)));
        Download download = bench.get(() -> impatient.open(RUNNER, FilePath.of("file"), false));
        var reader = new Reader();
        reader.full = true;
        var done = new CompletableFuture<Void>();
        bench.run(() -> download.writeTo(reader).onSuccess(done::complete).onFailure(done::completeExceptionally));
        new CompletableFuture<Void>().completeOnTimeout(null, 4, TimeUnit.SECONDS).join();
        bench.run(reader::drain);
        done.get(30, TimeUnit.SECONDS);
        assertArrayEquals(content, reader.bytes());
        bench.clean();
    }

    @Test
    void aReaderThatLeavesLeavesNothingInTheRunner() throws Exception {
        Files.write(work.resolve("file"), new byte[8 << 20]);
        for (String way : List.of("before", "during", "gone")) {
            Download download = bench.open("file", false);
            var failed = new CompletableFuture<Throwable>();
            var reader = new Reader();
            reader.full = true;
            reader.gone = way.equals("gone");
            if (!way.equals("before")) {
                bench.run(() -> download.writeTo(reader).onFailure(failed::complete));
                Stage.eventually("it begins", () -> reader.length() > 0 || reader.gone);
            }
            int sessions = bench.transport.sessions().size();
            if (!way.equals("gone"))
                bench.run(download::abandon);
            bench.clean();
            if (!way.equals("before"))
                assertEquals(FilesException.Unavailable.class, failed.get(30, TimeUnit.SECONDS).getClass());
            else
                assertTrue(warm || sessions == bench.transport.sessions().size(), "nothing need be killed");
        }
        assertEquals(List.of(), bench.life.released);
    }

    @Test
    void theGuardEndsADownloadWhenWeDie() throws Exception {
        bench.close();
        begin("silence", "3s", "heartbeat", "0.5s", "controlTimeout", "0.5s", "readyTimeout", "0.5s");
        Files.write(work.resolve("file"), new byte[8 << 20]);
        Download download = bench.open("file", false);
        var reader = new Reader();
        reader.full = true;
        bench.run(() -> download.writeTo(reader).onFailure(lost -> {}));
        Stage.eventually("it is under way, guarded", () -> reader.length() > 0
                && bench.transport.sessions().stream().anyMatch(LocalTransport.Session::guard));
        bench.transport.sessions().forEach(LocalTransport.Session::deafen);
        bench.executions.keepReady(List.of());
        Stage.eventually("nothing is left", () -> bench.transport.living() == 0 && bench.transport.tagged().isEmpty());
    }

    @Test
    void aRunnerThatEndsFailsTheDownload() throws Exception {
        Files.write(work.resolve("file"), new byte[8 << 20]);
        Download download = bench.open("file", false);
        var reader = new Reader();
        reader.full = true;
        var done = new CompletableFuture<Throwable>();
        bench.run(() -> download.writeTo(reader).onFailure(done::complete));
        bench.life.end(RUNNER.id(), nereus.runner.Ending.RETURNED);
        assertEquals(FilesException.Unavailable.class, done.get(30, TimeUnit.SECONDS).getClass());
        assertTrue(reader.length() < 8 << 20);
        bench.clean();
        assertThrows(FilesException.Unavailable.class, () -> bench.open("file", false));
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
