package nereus.execution;

/** The messages to a client: one JSON object each, exactly the fields that clients know. */
final class Messages {
    static final String START = "{\"type\":\"start\"}";
    static final String TIMEOUT = "{\"type\":\"timeout\"}";
    static final String STOPPED = "the allocation stopped as expected";
    static final String OUT_OF_MEMORY = "the allocation was OOM Killed";
    static final String FAILED = "Error executing the request";

    private static final int LOW = 0xa0;
    private static final boolean[] ESCAPED = escaped();

    private Messages() {}

    static String exit(int code) {
        return "{\"type\":\"exit\",\"data\":" + code + "}";
    }

    static String error(String text) {
        return data("error", text, false);
    }

    static String stdout(String text) {
        return data("stdout", text, false);
    }

    /** Line ends become those of a terminal, as stdout's are: clients expect the same on both. */
    static String stderr(String text) {
        return data("stderr", text, true);
    }

    private static String data(String type, String text, boolean lineEnds) {
        var json = new StringBuilder(text.length() + text.length() / 8 + 32);
        json.append("{\"type\":\"").append(type).append("\",\"data\":\"");
        int length = text.length();
        int plain = 0;
        // Each character of each program's output passes here.
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < LOW ? !ESCAPED[c] : c != '\u2028' && c != '\u2029')
                continue;
            json.append(text, plain, i);
            plain = i + 1;
            if (lineEnds && c == '\n')
                json.append("\\r");
            escape(json, c);
        }
        return json.append(text, plain, length).append("\"}").toString();
    }

    /** Of the characters below {@link #LOW}: all control characters, and the two that end or escape in JSON. Above there are two line ends that JavaScript once minded. */
    private static boolean[] escaped() {
        var escaped = new boolean[LOW];
        for (int c = 0; c < LOW; c++)
            escaped[c] = c < ' ' || c == '"' || c == '\\' || c >= 0x7f;
        return escaped;
    }

    private static void escape(StringBuilder json, char c) {
        switch (c) {
            case '"' -> json.append("\\\"");
            case '\\' -> json.append("\\\\");
            case '\n' -> json.append("\\n");
            case '\r' -> json.append("\\r");
            case '\t' -> json.append("\\t");
            default -> json.append("\\u").append(hex(c >> 12)).append(hex(c >> 8)).append(hex(c >> 4)).append(hex(c));
        }
    }

    private static char hex(int digit) {
        return Character.forDigit(digit & 0xf, 16);
    }
}
