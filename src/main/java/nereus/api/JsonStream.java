package nereus.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * JSON read as it comes, value by value, as leniently as {@link JsonInput} does. Jackson's parsers cannot stand in here: they stream
 * base64 too, but take what Go refuses (blanks, text after the padding) and refuse what Go takes (line ends within a group), and
 * names that are not UTF-8. What is no JSON is a {@link Refusal} with 400.
 */
final class JsonStream {
    private static final int DEEPEST = 1000;

    private final InputStream in;
    private final Meter meter;
    private final byte[] buffer = new byte[32 << 10];
    private int at;
    private int end;
    private long before;
    private long contents;
    private long contentSince = -1;
    private int depth;

    JsonStream(InputStream in, Meter meter) {
        this.in = in;
        this.meter = meter;
    }

    /** Whether nothing but blanks comes. */
    boolean blank() throws IOException {
        return peek() < 0;
    }

    /** The first character of the next value: <code>{ [ " t f n</code>, or a digit or {@code -}; any other is refused. */
    int kind() throws IOException {
        int next = peek();
        return switch (next) {
            case '{', '[', '"', 't', 'f', 'n', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> next;
            default -> throw unexpected(next);
        };
    }

    /** Takes the next value if it is null. */
    boolean isNull() throws IOException {
        if (kind() != 'n') {
            return false;
        }
        literal("null");
        return true;
    }

    /** Takes an object; {@code field} takes each value. */
    void object(Field field) throws IOException {
        enter('{');
        if (peek() == '}') {
            at++;
        } else {
            do {
                if (peek() != '"') {
                    throw unexpected(peek());
                }
                String name = text();
                expect(':');
                field.value(name);
            } while (more('}'));
        }
        depth--;
    }

    /** Takes a list; {@code element} takes each value. */
    void list(Element element) throws IOException {
        enter('[');
        if (peek() == ']') {
            at++;
        } else {
            do {
                element.value();
            } while (more(']'));
        }
        depth--;
    }

    /** Takes a string; bytes that are not UTF-8 and lone surrogates become U+FFFD. */
    String text() throws IOException {
        expect('"');
        StringBuilder text = new StringBuilder();
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (int next = character(); next != '"'; next = character()) {
            if (next == '\\') {
                text.append(plain.toString(StandardCharsets.UTF_8)).append(escaped());
                plain.reset();
            } else {
                plain.write(next);
            }
        }
        return WellFormed.of(text.append(plain.toString(StandardCharsets.UTF_8)).toString());
    }

    /** Takes a string of base64, which the meter does not count; false when it is none. */
    boolean base64(Base64Decoder decoder) throws IOException {
        expect('"');
        contentSince = before + at;
        while (true) {
            if (at == end && !fill()) {
                throw cutOff();
            }
            at = decoder.take(buffer, at, end);
            if (at < end) {
                int next = character();
                if (next == '"') {
                    contents += before + at - 1 - contentSince;
                    contentSince = -1;
                    return decoder.end();
                }
                if (next != '\\' || !decoder.take(escaped())) {
                    return false;
                }
            }
        }
    }

    /** Takes a value of any kind and forgets it. */
    void skip() throws IOException {
        switch (kind()) {
            case '{' -> object(name -> skip());
            case '[' -> list(this::skip);
            case '"' -> skipText();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
    }

    /** Takes all that is left, JSON or not. */
    void rest() throws IOException {
        do {
            at = end;
        } while (fill());
        meter.text(before + at - contents);
    }

    private void enter(char open) throws IOException {
        expect(open);
        if (++depth > DEEPEST) {
            throw Refusal.badRequest("the body is nested deeper than " + DEEPEST + " levels");
        }
    }

    private boolean more(char close) throws IOException {
        int next = peek();
        if (next != ',' && next != close) {
            throw unexpected(next);
        }
        at++;
        return next == ',';
    }

    private void expect(char wanted) throws IOException {
        int next = peek();
        if (next != wanted) {
            throw unexpected(next);
        }
        at++;
    }

    private void skipText() throws IOException {
        expect('"');
        for (int next = character(); next != '"'; next = character()) {
            if (next == '\\') {
                escaped();
            }
        }
    }

    private char escaped() throws IOException {
        int next = next();
        return switch (next) {
            case '"', '\\', '/' -> (char) next;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = next();
                    if (Character.digit(digit, 16) < 0) {
                        throw unexpectedLast(digit);
                    }
                    code = code << 4 | Character.digit(digit, 16);
                }
                yield (char) code;
            }
            default -> throw unexpectedLast(next);
        };
    }

    private void literal(String word) throws IOException {
        for (int i = 0; i < word.length(); i++) {
            int next = next();
            if (next != word.charAt(i)) {
                throw unexpectedLast(next);
            }
        }
    }

    private void number() throws IOException {
        if (peek() == '-') {
            at++;
        }
        if (here() == '0') {
            at++;
        } else {
            digits();
        }
        if (here() == '.') {
            at++;
            digits();
        }
        if (here() == 'e' || here() == 'E') {
            at++;
            if (here() == '+' || here() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() throws IOException {
        if (here() < '0' || here() > '9') {
            throw unexpected(here());
        }
        while (here() >= '0' && here() <= '9') {
            at++;
        }
    }

    /** One byte within a string; refused when it may not stand there as it is. */
    private int character() throws IOException {
        int next = next();
        if (next < ' ') {
            throw unexpectedLast(next);
        }
        return next;
    }

    private int next() throws IOException {
        int next = here();
        if (next < 0) {
            throw cutOff();
        }
        at++;
        return next;
    }

    private int peek() throws IOException {
        int next = here();
        while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
            at++;
            next = here();
        }
        return next;
    }

    /** The next byte, which stays; -1 at the end. */
    private int here() throws IOException {
        return at < end || fill() ? buffer[at] & 0xff : -1;
    }

    private boolean fill() throws IOException {
        before += end;
        at = 0;
        end = 0;
        meter.text((contentSince < 0 ? before : contentSince) - contents);
        end = Math.max(0, in.read(buffer, 0, buffer.length));
        return end > 0;
    }

    private static Refusal cutOff() {
        return Refusal.badRequest("unexpected EOF");
    }

    private Refusal unexpectedLast(int character) {
        at--;
        return unexpected(character);
    }

    private Refusal unexpected(int character) {
        if (character < 0) {
            return cutOff();
        }
        String shown = character > ' ' && character < 127 ? "'" + (char) character + "'" : "byte " + character;
        return Refusal.badRequest("the body is not JSON: unexpected " + shown + " (byte " + (before + at + 1) + ")");
    }

    interface Field {
        void value(String name) throws IOException;
    }

    interface Element {
        void value() throws IOException;
    }

    /** Is told how much was read besides contents, each time more is read. */
    interface Meter {
        void text(long bytes);
    }
}
