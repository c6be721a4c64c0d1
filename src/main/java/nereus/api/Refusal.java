package nereus.api;

/** Ends a story early with an answer that is the client's to understand: nothing is wrong with the service. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Answer answer;

    Refusal(Answer answer) {
        super("answered " + answer.status(), null, false, false);
        this.answer = answer;
    }

    Answer answer() {
        return answer;
    }

    static Refusal badRequest(String message) {
        return new Refusal(Answer.refusal(400, message));
    }

    /** The client drops this runner and claims another. */
    static Refusal gone() {
        return new Refusal(Answer.refusal(410, "no runner found with this id"));
    }
}
