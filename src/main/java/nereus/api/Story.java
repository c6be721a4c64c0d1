package nereus.api;

/** What a request sets going. Runs on a virtual thread and may block. */
interface Story {
    /** The answer; an exception becomes one by {@link ErrorAnswers}. */
    Reply tell(Incoming request);
}
