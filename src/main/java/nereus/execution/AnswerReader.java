package nereus.execution;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what a control says: frames {@code id status length} in a line, then that many bytes, whatever they are. A status of {@code +}
 * says that more frames of the same answer follow. Bytes may come cut anywhere.
 */
final class AnswerReader {
    private static final Pattern HEAD = Pattern.compile("(\\d{1,9}) (\\+|\\d{1,3}) (\\d{1,18})");
    private static final int LONGEST_HEAD = 40;

    /** What a reader tells. */
    interface Listener {
        /** A frame begins; its status is empty when other frames of the same answer follow. */
        void head(String id, OptionalInt status, long length);

        /** Some of its bytes. */
        void bytes(Buffer data);

        /** It is complete. */
        void end();
    }

    private final Listener listener;
    private final StringBuilder head = new StringBuilder();
    private boolean inside;
    private long left;

    AnswerReader(Listener listener) {
        this.listener = listener;
    }

    /** Takes what came; false when it is no answer, and nobody can say any more where one begins. */
    boolean feed(Buffer data) {
        int at = 0;
        while (at < data.length()) {
            if (inside) {
                int to = (int) Math.min(data.length(), at + left);
                left -= to - at;
                listener.bytes(data.slice(at, to));
                at = to;
                endIfComplete();
            } else {
                int end = at;
                while (end < data.length() && data.getByte(end) != '\n')
                    end++;
                head.append(data.getString(at, end, StandardCharsets.ISO_8859_1.name()));
                if (head.length() > LONGEST_HEAD)
                    return false;
                at = end + 1;
                if (end < data.length() && !begin())
                    return false;
            }
        }
        return true;
    }

    private boolean begin() {
        Matcher matcher = HEAD.matcher(head);
        if (!matcher.matches())
            return false;
        String status = matcher.group(2);
        left = Long.parseLong(matcher.group(3));
        inside = true;
        listener.head(matcher.group(1),
                status.equals("+") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(status)), left);
        head.setLength(0);
        endIfComplete();
        return true;
    }

    private void endIfComplete() {
        if (left == 0) {
            inside = false;
            listener.end();
        }
    }
}
