package nereus.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /docs}: openapi.json for people. The page may use its own style sheet, known by its hash, and nothing else at all. */
final class DocsStory implements Story {
    private static final String STYLE = "docs.css";

    /** Made when somebody asks first, so that starts need not wait for it. Two that ask at once both make it, and it is the same. */
    private volatile @Nullable Answer answer;

    @Override
    public Answer tell(Incoming request) {
        Answer made = answer;
        if (made == null) {
            made = page();
            answer = made;
        }
        return made;
    }

    private static Answer page() {
        String style = resource(STYLE);
        return Answer.text(200, Map.of("Content-Type", "text/html; charset=utf-8", "Content-Security-Policy",
                "default-src 'none'; style-src 'sha256-" + hash(style)
                        + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
                new ApiPage(json(resource(OpenApiStory.NAME)), style).html());
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
    }

    static String resource(String name) {
        try (InputStream in = DocsStory.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new AssertionError(everyJavaHasIt);
        }
    }
}
