package nereus.files;

import java.nio.file.Path;
import java.time.Duration;
import nereus.settings.Section;

/**
 * The limits of files: section {@code files}. Sizes are in MiB unless they say otherwise.
 *
 * @param spool the directory in which uploads that do not fit into memory wait; empty for the system's temporary directory
 * @param largestUpload of one request's body
 * @param spooled what all uploads may hold in the spool together
 * @param memoryPerUpload KiB of one upload that are kept in memory before the spool is used
 * @param longestPath bytes of one path
 * @param listed entries of one listing
 * @param downloads under way at once
 * @param stall a copy or a download that the runner does not get on with for that long is given up
 * @param answer how long a listing, or the opening of a download, may take
 */
public record FilesSettings(String spool, int largestUpload, int spooled, int memoryPerUpload, int longestPath,
        int listed, int downloads,
        Duration stall, Duration answer) {

    public static FilesSettings read(Section section) {
        return new FilesSettings(section.text("spool", ""), section.number("largestUpload", 2048, 1, 1 << 20),
                section.number("spooled", 8192, 1, 1 << 24), section.number("memoryPerUpload", 256, 0, 1 << 16),
                section.number("longestPath", 4096, 1, 1 << 16), section.number("listed", 100_000, 1, 10_000_000),
                section.number("downloads", 64, 1, 100_000),
                section.duration("stall", Duration.ofSeconds(30)), section.duration("answer", Duration.ofSeconds(4)));
    }

    /** Where the spool lies. */
    public Path spoolDirectory() {
        return Path.of(spool.isEmpty() ? System.getProperty("java.io.tmpdir", "/tmp") : spool);
    }
}
