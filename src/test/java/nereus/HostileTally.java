package nereus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import nereus.api.ApiDocument;

/** What was answered, by route; what of it was not as described; and which runners and executions there are. */
final class HostileTally implements HostileClient.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What is answered before a story is told, besides unknown paths and methods. */
    private static final Set<Integer> NOT_PARSED = Set.of(301, 400, 401, 405, 408, 413, 414, 429, 431);
    private static final int MOST_PROBLEMS = 30;

    private final ApiDocument document = ApiDocument.read();
    private final Map<String, Map<String, Integer>> counts = new TreeMap<>();
    private final List<String> runners = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<String> sockets = new ConcurrentLinkedQueue<>();
    private final List<String> claims = new CopyOnWriteArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int answered;
    private int pastParsing;
    private int messages;

    @Override
    public void answered(HostileRequest request, RawAnswer answer, boolean first) {
        String route = route(request);
        count(first ? route : "(what followed)", Integer.toString(answer.status()), answer.status());
        remember(request, answer);
        if (first) {
            document.problem(request.method(), request.target(), answer.status(), answer.type(), answer.body())
                    .ifPresent(problem -> wrong(request,
                            answer.status() + " " + shortened(answer.body()) + ": " + problem));
        }
        // Nomad is well, so the only thing that may be missing is a runner.
        if (answer.status() >= 500 && !answer.body().contains("\"errorCode\":\"NOMAD_OVERLOAD\"")
                && !answer.body().contains("\"message\":\"file copy failed: ")) {
            wrong(request, "the server is to blame: " + answer.status() + " " + shortened(answer.body()));
        }
    }

    @Override
    public void unanswered(HostileRequest request) {
        count(route(request), "closed", 0);
        if (request.manner() == HostileRequest.Manner.POLITE) {
            wrong(request, "closed without an answer");
        }
    }

    @Override
    public synchronized void message(String text) {
        messages++;
        List<String> wrong = document.problems("ServerMessage", text);
        if (!wrong.isEmpty()) {
            problems.add(shortened(text) + ": " + wrong);
        }
    }

    @Override
    public synchronized void wrong(HostileRequest request, String what) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(shortened(request.bytes().toString(ISO_8859_1)) + " ("
                    + request.manner() + ", " + request.times() + "): " + what);
        }
    }

    synchronized void failed(Throwable failure) {
        problems.add("a client failed: " + failure + " at " + failure.getStackTrace()[0]);
    }

    List<String> runners() {
        return List.copyOf(runners);
    }

    /** Each is handed out for a while only: it is used up soon. */
    List<String> sockets() {
        String next = sockets.poll();
        return next == null ? List.of() : List.of(next);
    }

    /** Ids of claims that are asked after, whatever has become of them. */
    List<String> claims() {
        return List.copyOf(claims);
    }

    void forget() {
        runners.clear();
        claims.clear();
        sockets.clear();
    }

    synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    synchronized int answered() {
        return answered;
    }

    synchronized int pastParsing() {
        return pastParsing;
    }

    synchronized String table(String head) {
        StringBuilder table = new StringBuilder(head).append("\n\n");
        counts.forEach((route, statuses) -> table.append("%-55s".formatted(route)).append(statuses).append('\n'));
        return table
                .append("\n%d answers, %d past parsing, %d messages of executions%n".formatted(answered, pastParsing,
                        messages))
                .toString();
    }

    private String route(HostileRequest request) {
        return document.template(request.target()).map(template -> request.method() + " " + template)
                .orElse("(unknown path)");
    }

    private synchronized void count(String route, String outcome, int status) {
        counts.computeIfAbsent(route, r -> new TreeMap<>()).merge(outcome, 1, Integer::sum);
        answered += 1;
        if (status > 0 && !route.startsWith("(") && !NOT_PARSED.contains(status)) {
            pastParsing++;
        }
    }

    private void remember(HostileRequest request, RawAnswer answer) {
        if (answer.status() == 410) {
            runners.removeIf(runner -> request.target().contains(runner));
        } else if (answer.status() == 204 && request.method().equals("DELETE")) {
            runners.removeIf(runner -> request.target().endsWith(runner));
        } else if (answer.status() == 202) {
            claims.add(field(answer, "id"));
        } else if (answer.status() == 200 && (answer.body().startsWith("{\"runnerId\"")
                || (answer.body().startsWith("{\"id\"") && answer.body().contains("\"state\":\"claimed\"")))) {
            runners.add(field(answer, "runnerId"));
        } else if (answer.status() == 200 && answer.body().startsWith("{\"websocketUrl\"")) {
            sockets.add(field(answer, "websocketUrl").replaceFirst("^ws://[^/]*", ""));
        }
    }

    private static String field(RawAnswer answer, String name) {
        try {
            JsonNode body = JSON.readTree(answer.body());
            return body.get(name).textValue();
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(answer.body(), notJson);
        }
    }

    private static String shortened(String text) {
        return text.length() < 300 ? text : text.substring(0, 300) + "… (" + text.length() + ")";
    }
}
