package nereus.files;

import java.util.List;

/**
 * What is to become of a runner's files: deletions first, then copies, each in their order.
 *
 * @param delete paths, directories with all they hold; the exact text {@code ./*} stands for all entries of the working directory
 *     whose names do not begin with a dot
 */
public record Change(List<FilePath> delete, List<Copy> copy) {
    public Change {
        delete = List.copyOf(delete);
        copy = List.copyOf(copy);
    }

    /**
     * One file, or one directory when the path ends in {@code /}.
     *
     * @param content of a file; ignored for a directory
     */
    public record Copy(FilePath path, Content content) {
        public boolean directory() {
            return path.endsWith('/');
        }
    }
}
