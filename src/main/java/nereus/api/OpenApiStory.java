package nereus.api;

/** Shows the description of this API, a resource of the program. */
final class OpenApiStory implements Story {
    static final String NAME = "openapi.json";

    private final Answer answer = Answer.document(DocsStory.resource(NAME));

    @Override
    public Answer tell(Incoming request) {
        return answer;
    }
}
