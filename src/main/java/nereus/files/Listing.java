package nereus.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a listing of the fields that {@code find} printed, in the order and with the names of {@code ls -R}. */
final class Listing {
    private static final Comparator<Found> BY_NAME = (one, other) -> Arrays.compareUnsigned(one.path.bytes(),
            other.path.bytes());

    private final FilePath asked;
    private final boolean recursive;
    private final byte[] fields;
    private int at;

    private record Found(FilePath path, FileEntry entry) {}

    private Listing(FilePath asked, boolean recursive, byte[] fields) {
        this.asked = asked;
        this.recursive = recursive;
        this.fields = fields;
    }

    /**
     * Reads it: seven fields for each file, a NUL behind each: mode, size, time, owner, group, link's target, path below the asked one.
     *
     * @throws IllegalArgumentException when the fields are not what {@code find} prints
     */
    static List<FileEntry> read(FilePath asked, boolean recursive, byte[] fields) {
        return new Listing(asked, recursive, fields).read();
    }

    /** How many files the fields tell of. */
    static int count(byte[] fields) {
        int ends = 0;
        for (byte b : fields)
            if (b == 0)
                ends++;
        return ends / 7;
    }

    private List<FileEntry> read() {
        Map<FilePath, List<Found>> directories = new HashMap<>();
        while (at < fields.length) {
            Found found = file();
            directories.computeIfAbsent(parent(found.path), path -> new ArrayList<>()).add(found);
        }
        directories.values().forEach(files -> files.sort(BY_NAME));
        return inOrder(directories);
    }

    /** One block for each directory: its files by name, then the blocks of the directories among them. */
    private static List<FileEntry> inOrder(Map<FilePath, List<Found>> directories) {
        List<FileEntry> all = new ArrayList<>();
        var blocks = new ArrayDeque<FilePath>();
        blocks.push(FilePath.of(""));
        while (!blocks.isEmpty()) {
            List<Found> block = directories.getOrDefault(blocks.pop(), List.of());
            block.forEach(found -> all.add(found.entry));
            for (Found found : block.reversed())
                if (found.entry.type() == 'd' && found.path.length() > 0)
                    blocks.push(found.path);
        }
        return all;
    }

    private Found file() {
        String mode = text();
        long size = Long.parseLong(text());
        long modified = seconds(text());
        String owner = text();
        String group = text();
        FilePath target = FilePath.of(field());
        FilePath path = FilePath.of(field());
        if (mode.length() != 10)
            throw new IllegalArgumentException("no mode of a file: " + mode);
        return new Found(path,
                new FileEntry(name(path), mode.charAt(0), target, size, modified, mode.substring(1), owner, group));
    }

    private FilePath name(FilePath path) {
        if (path.length() == 0)
            return asked;
        if (!recursive)
            return path;
        byte[] above = asked.endsWith('/') ? asked.bytes() : Arrays.copyOf(asked.bytes(), asked.length() + 1);
        above[above.length - 1] = '/';
        byte[] below = path.bytes();
        byte[] name = Arrays.copyOf(above, above.length + below.length);
        System.arraycopy(below, 0, name, above.length, below.length);
        return FilePath.of(name);
    }

    private static FilePath parent(FilePath path) {
        byte[] bytes = path.bytes();
        int end = bytes.length - 1;
        while (end >= 0 && bytes[end] != '/')
            end--;
        return FilePath.of(Arrays.copyOf(bytes, Math.max(0, end)));
    }

    /** Whole seconds of a number with a fraction; before 1970 too. */
    private static long seconds(String time) {
        int point = time.indexOf('.');
        String whole = point < 0 ? time : time.substring(0, point);
        boolean fraction = point >= 0 && !time.substring(point + 1).matches("0*");
        return Long.parseLong(whole) - (time.startsWith("-") && fraction ? 1 : 0);
    }

    private String text() {
        return new String(field(), StandardCharsets.UTF_8);
    }

    private byte[] field() {
        int end = at;
        while (end < fields.length && fields[end] != 0)
            end++;
        if (end == fields.length)
            throw new IllegalArgumentException("the listing ends in the middle");
        byte[] field = Arrays.copyOfRange(fields, at, end);
        at = end + 1;
        return field;
    }
}
