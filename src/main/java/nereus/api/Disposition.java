package nereus.api;

import java.nio.charset.StandardCharsets;

/** The header {@code Content-Disposition} of a download, by RFC 6266: the name in ASCII for old clients, and in UTF-8. */
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
        StringBuilder encoded = new StringBuilder();
        for (byte next : name.getBytes(StandardCharsets.UTF_8)) {
            if (next > 0 && PLAIN.indexOf(next) >= 0) {
                encoded.append((char) next);
            } else {
                encoded.append("%%%02X".formatted(next & 0xff));
            }
        }
        return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
    }
}
