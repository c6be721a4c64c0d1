package nereus.devagent.http;

/** Says what is wrong with a text that is not JSON, in the words of Go's encoding/json, which are Nomad's. */
final class GoJson {

    private final String text;
    private int at;

    private GoJson(String text) {
        this.text = text;
    }

    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    static String explain(String text) {
        try {
            new GoJson(text).value();
            return "invalid character after top-level value";
        } catch (Wrong wrong) {
            return String.valueOf(wrong.getMessage());
        }
    }

    private void value() {
        switch (next("looking for beginning of value")) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object() {
        at++;
        if (next("looking for beginning of object key string") == '}') {
            at++;
            return;
        }
        while (true) {
            if (next("looking for beginning of object key string") != '"') {
                throw wrong("looking for beginning of object key string");
            }
            string();
            if (next("after object key") != ':') {
                throw wrong("after object key");
            }
            at++;
            value();
            char after = next("after object key:value pair");
            if (after == '}') {
                at++;
                return;
            }
            if (after != ',') {
                throw wrong("after object key:value pair");
            }
            at++;
        }
    }

    private void array() {
        at++;
        if (next("looking for beginning of value") == ']') {
            at++;
            return;
        }
        while (true) {
            value();
            char after = next("after array element");
            at++;
            if (after == ']') {
                return;
            }
            if (after != ',') {
                at--;
                throw wrong("after array element");
            }
        }
    }

    private void string() {
        for (at++;; at++) {
            if (at >= text.length()) {
                throw end();
            }
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return;
            }
            if (c == '\\') {
                at++;
                if (at >= text.length()) {
                    throw end();
                }
                if ("\"\\/bfnrtu".indexOf(text.charAt(at)) < 0) {
                    throw wrong("in string escape code");
                }
            } else if (c < 0x20) {
                throw wrong("in string literal");
            }
        }
    }

    private void word(String word) {
        for (int i = 0; i < word.length(); i++, at++) {
            if (at >= text.length()) {
                throw end();
            }
            if (text.charAt(at) != word.charAt(i)) {
                throw wrong("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
    }

    private void number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at == from) {
            throw wrong("looking for beginning of value");
        }
    }

    private char next(String state) {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at >= text.length()) {
            throw end();
        }
        if (text.charAt(at) == 0) {
            throw wrong(state);
        }
        return text.charAt(at);
    }

    private Wrong wrong(String state) {
        char c = text.charAt(at);
        String shown = c == '\''
                ? "'\\''"
                : c == '"' ? "'\"'" : c < 0x20 ? String.format("'\\x%02x'", (int) c) : "'" + c + "'";
        return new Wrong("invalid character " + shown + " " + state);
    }

    private static Wrong end() {
        return new Wrong("unexpected EOF");
    }
}
