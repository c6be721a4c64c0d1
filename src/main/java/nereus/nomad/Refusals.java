package nereus.nomad;

import java.util.List;

/**
 * Tells what an error answer of Nomad means. Nomad reports many of the client's mistakes as 500 with a text (docs/nomad.md 3), so
 * the text decides whether a write can have happened all the same.
 */
final class Refusals {
    private static final int LONGEST_TEXT = 300;

    /** Texts of a 500 before which Nomad has written nothing: its checks of the request, or no leader to hand it to. */
    private static final List<String> NOTHING_WRITTEN = List.of("Missing job task groups", "error occurred:",
            "errors occurred:", "cannot update non-parameterized job", "cannot update parameterized job",
            "cannot update periodic job", "cannot update non-periodic job", "nonexistent namespace",
            "No cluster leader", "No path to region", "failed to get conn");

    /** Texts of a 500 of an agent that does not get through to a leader, where another one may. */
    private static final List<String> HELPLESS = List.of("No cluster leader", "No path to region", "failed to get conn",
            "broken pipe", "connection refused", "connection reset", "i/o timeout", "rpc error: EOF",
            "leadership lost");

    private static final List<String> NO_RIGHT = List.of("Permission denied", "ACL token not found",
            "ACL token expired");

    private Refusals() {}

    /** Whether the agent itself is in trouble or has no room for us, so that the next call had better go to another. */
    static boolean helpless(Answer answer) {
        return helpless(answer.status(), answer.body().toString());
    }

    static boolean helpless(int status, String body) {
        return status == 429 || status > 500 || (status == 500 && contains(body, HELPLESS));
    }

    static NomadException of(Call call, Answer answer) {
        return of(call, answer.from(), answer.status(), answer.body().toString());
    }

    static NomadException of(Call call, Address from, int status, String body) {
        String text = oneLine(body);
        String message = call.name() + " at " + from + ": Nomad answered " + status
                + (text.isEmpty() ? "" : ": " + text);
        if (status == 403 || (status >= 500 && contains(text, NO_RIGHT))) {
            return new NomadException.Forbidden(message + " (the token's policy needs: " + call.right() + ")");
        }
        if (status == 409 || (status >= 500 && text.contains("Enforcing job modify index"))) {
            return new NomadException.Conflict(message);
        }
        if (status == 400 && text.contains("HTTP request to an HTTPS server")) {
            message += " (use https:// in nomad.addresses)";
        }
        boolean certain = status < 500 || contains(text, NOTHING_WRITTEN);
        return new NomadException.Refused(status, message, call.write() && !certain);
    }

    /** Nomad's text without line ends, cut to a length that a log line bears. */
    static String oneLine(String text) {
        String line = text.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
        return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "…";
    }

    /** The messages of an exception and of its causes, which Vert.x often keeps one level down. */
    static String because(Throwable cause) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (Throwable t = cause; t != null && depth < 3; t = t.getCause(), depth++) {
            String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return oneLine(text.toString());
    }

    private static boolean contains(String text, List<String> parts) {
        return parts.stream().anyMatch(text::contains);
    }
}
