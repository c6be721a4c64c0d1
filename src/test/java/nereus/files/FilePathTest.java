package nereus.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FilePathTest {
    /** The examples of Go's path.Clean, and some more. */
    @Test
    void aPathIsCleanedAsGoDoes() {
        Map.ofEntries(Map.entry("", "."), Map.entry("a/c", "a/c"), Map.entry("a//c", "a/c"), Map.entry("a/c/.", "a/c"),
                Map.entry("a/c/b/..", "a/c"), Map.entry("/../a/c", "/a/c"), Map.entry("/../a/b/../././/c", "/a/c"),
                Map.entry("./*", "*"),
                Map.entry("/", "/"), Map.entry("/..", "/"), Map.entry("a/..", "."), Map.entry("../a", "../a"),
                Map.entry("a/../../b", "../b"),
                Map.entry("../..", "../.."), Map.entry("dir/", "dir"), Map.entry("...", "..."))
                .forEach((path, cleaned) -> assertEquals(cleaned, FilePath.of(path).cleaned().text(), path));
    }

    @Test
    void onlyNulMakesANameImpossible() {
        assertTrue(FilePath.of("a\0").impossible());
        assertFalse(FilePath.of(new byte[]{(byte) 0xff, '\n', 1}).impossible());
    }
}
