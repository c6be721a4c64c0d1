package nereus.api;

import java.nio.charset.StandardCharsets;

/**
 * The header {@code Content-Disposition} of a download, by RFC 6266: the name in ASCII, and beside it in UTF-8 where ASCII cannot
 * say it. A plain name stands alone, for clients that compare the header as a whole (Poseidon's own tests do).
 */
final class Disposition {
    private static final String PLAIN = "!#$&+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private Disposition() {}

    /** @param path of which the last part is the name */
    static String attachment(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        StringBuilder ascii = new StringBuilder();
        name.codePoints().map(c -> c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%' ? '_' : c)
                .forEach(ascii::appendCodePoint);
        String plain = "attachment; filename=\"" + ascii + "\"";
        if (name.contentEquals(ascii)) {
            return plain;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte next : name.getBytes(StandardCharsets.UTF_8)) {
            if (next > 0 && PLAIN.indexOf(next) >= 0) {
                encoded.append((char) next);
            } else {
                encoded.append("%%%02X".formatted(next & 0xff));
            }
        }
        return plain + "; filename*=UTF-8''" + encoded;
    }
}
