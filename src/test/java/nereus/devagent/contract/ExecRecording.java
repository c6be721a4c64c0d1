package nereus.devagent.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A recorded exec: what was asked, and what went there and back at which time. */
record ExecRecording(String target, List<Step> steps) {

    /** One line; kind is {@code <-}, {@code ->} or empty for what was done beside the socket. */
    record Step(double millis, String kind, String text) {}

    private static final Pattern LINE = Pattern.compile("\\s*([0-9.]+) ms (<-|->|==|  ) (.*)");

    static ExecRecording load(String name) {
        List<String> lines = Recording.text(name + ".ws").lines().toList();
        String target = "";
        List<Step> steps = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (line.startsWith("GET ")) {
                target = line.substring(4).replace("  (WebSocket)", "").strip();
            } else if (matcher.matches() && !matcher.group(2).equals("==")) {
                steps.add(new Step(Double.parseDouble(matcher.group(1)), matcher.group(2).strip(),
                        matcher.group(3).strip()));
            }
        }
        return new ExecRecording(target, steps);
    }

    String targetFor(String allocation) {
        return target.replaceFirst("/allocation/[0-9a-f-]{36}", "/allocation/" + allocation);
    }

    List<String> received() {
        return steps.stream().filter(step -> step.kind().equals("<-")).map(Step::text).toList();
    }
}
