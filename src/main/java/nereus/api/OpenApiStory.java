package nereus.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Shows the description of this API, a resource of the program. */
final class OpenApiStory implements Story {
    private static final String NAME = "openapi.json";

    private final Answer answer;

    OpenApiStory() {
        try (InputStream in = OpenApiStory.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without " + NAME);
            }
            answer = Answer.document(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Answer tell(Incoming request) {
        return answer;
    }
}
