package nereus.files;

/**
 * One line of a listing.
 *
 * @param name as {@code ls} prints it: below the listed path when recursive ({@code ./a/b}), bare in a directory, as given for a single file
 * @param type the first column of {@code ls -l}: {@code -}, {@code d}, {@code l}, {@code p}, {@code s}, {@code b}, {@code c}
 * @param linkTarget what a link holds; empty when it is none or cannot be read
 * @param size bytes
 * @param modificationTime seconds since 1970
 * @param permissions nine characters such as {@code rwxr-xr-t}
 */
public record FileEntry(FilePath name, char type, FilePath linkTarget, long size, long modificationTime,
        String permissions,
        String owner, String group) {}
