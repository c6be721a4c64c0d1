package nereus.nomad;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a real Nomad answered once: {@code recordings/<version>/<name>}. */
record Recording(String requestLine, String requestBody, int status, List<String> headers, String body) {
    static Recording of(String name) {
        return read("nomad-2.0.5/" + name);
    }

    static Recording read(String path) {
        String text = text(path);
        int cut = text.indexOf("--- answer\n");
        String request = text.substring(text.indexOf("\n\n") + 2, cut);
        String answer = text.substring(cut + "--- answer\n".length());
        int head = answer.indexOf("\n\n");
        String[] lines = answer.substring(0, head).split("\n", -1);
        List<String> headers = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            if (!lines[i].matches("(?i)(connection|transfer-encoding|content-length):.*")) {
                headers.add(lines[i].strip());
            }
        }
        int body = request.indexOf("\n\n");
        return new Recording(request.lines().findFirst().orElseThrow(), request.substring(body + 2).strip(),
                Integer.parseInt(lines[0].split(" ", -1)[1]), headers, answer.substring(head + 2).stripTrailing());
    }

    static String text(String path) {
        try (InputStream in = Recording.class.getResourceAsStream("/recordings/" + path)) {
            if (in == null) {
                throw new IllegalArgumentException("no recording " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every request as it was answered then. */
    ScriptedNomad.Script replay() {
        return exchange -> exchange.answer(status, body, headers.toArray(String[]::new));
    }
}
