package nereus.api;

import java.io.IOException;

/** A story that reads the request's body itself, while it comes in. Runs on a virtual thread and may block. */
interface StreamedStory {
    /**
     * The answer; an unchecked exception becomes one by {@link ErrorAnswers}.
     *
     * @throws IOException when the body broke off, so that nobody is there to be answered
     */
    Answer tell(Incoming request, BodyStream body) throws IOException;
}
