package nereus.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TarArchiveTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    @Test
    void itsLengthIsKnownBefore() throws Exception {
        var random = new java.util.Random(5);
        for (int i = 0; i < 50; i++) {
            var copies = new java.util.ArrayList<Change.Copy>();
            for (int files = random.nextInt(5); files >= 0; files--)
                copies.add(Workbench.copy("n".repeat(1 + random.nextInt(1200)) + (random.nextInt(4) == 0 ? "/" : ""),
                        new byte[random.nextInt(3000)]));
            var archive = new TarArchive(copies, NOW);
            assertEquals(archive.length(), written(archive).length());
        }
    }

    @Test
    void aNameOfAHundredBytesStandsInTheHeaderAndALongerOneBeforeIt() throws Exception {
        Buffer fits = written(new TarArchive(List.of(Workbench.copy("n".repeat(100))), NOW));
        assertEquals(512 + 1024, fits.length());
        assertEquals('0', fits.getByte(156));
        Buffer longer = written(new TarArchive(List.of(Workbench.copy("n".repeat(101))), NOW));
        assertEquals('L', longer.getByte(156));
        assertEquals("n".repeat(101) + "\0", longer.getString(512, 614));
        assertEquals("0000744\0", longer.getString(1124, 1132));
    }

    @Test
    void aSizeBeyondEightGibibytesIsWrittenInBinary() {
        Buffer header = Buffer
                .buffer(TarArchive.header("large".getBytes(StandardCharsets.US_ASCII), '0', 0744, 0x123456789aL, 0));
        assertArrayEquals(new byte[]{(byte) 0x80, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, (byte) 0x9a},
                header.getBytes(124, 136));
    }

    private static Buffer written(TarArchive archive) throws IOException {
        Buffer all = Buffer.buffer();
        archive.writeTo(all::appendBuffer);
        return all;
    }
}
