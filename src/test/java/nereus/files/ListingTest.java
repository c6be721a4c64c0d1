package nereus.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void blocksFollowEachOtherAsInLs() {
        assertEquals(List.of("./a", "./b", "./b.c", "./a/z", "./b/k", "./b/k/x", "./b.c/y"),
                names(Listing.read(FilePath.of("./"), true,
                        fields("-b.c/y -b/k/x db/k -a/z db da db.c").getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void timesAreWholeSecondsBefore1970Too() {
        for (var time : List.of("12.9990 12", "0.0000000000 0", "-1.0000000000 -1", "-1.5000000000 -2",
                "-0.5000000000 -1", "7 7")) {
            String[] words = time.split(" ", -1);
            assertEquals(Long.parseLong(words[1]),
                    Listing.read(FilePath.of("x"), true, record("-", words[0], "").getBytes(StandardCharsets.UTF_8))
                            .getFirst().modificationTime());
        }
    }

    @Test
    void whatFindDoesNotPrintIsRefused() {
        for (String printed : List.of("no end", record("-", "1.0", "a") + "-rw-r--r--\0", record("-", "x", "a"),
                "short\0" + "1\0".repeat(6)))
            assertThrows(IllegalArgumentException.class,
                    () -> Listing.read(FilePath.of("."), true, printed.getBytes(StandardCharsets.UTF_8)), printed);
    }

    /** Files of words that begin with their type. */
    private static String fields(String words) {
        var all = new StringBuilder();
        for (String word : words.split(" ", -1))
            all.append(record(word.substring(0, 1), "1.0", word.substring(1)));
        return all.toString();
    }

    private static String record(String type, String time, String path) {
        return String.join("\0", type + "rw-r--r--", "5", time, "root", "root", "", path) + "\0";
    }

    private static List<String> names(List<FileEntry> entries) {
        return entries.stream().map(entry -> entry.name().text()).toList();
    }
}
