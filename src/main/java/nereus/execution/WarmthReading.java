package nereus.execution;

/**
 * How much is kept ready in runners, and how often it was there.
 *
 * @param runners in which channels are to be kept ready
 * @param ready of them those whose next run finds a launcher and a control
 * @param troubled environments in which no channel can be kept ready now
 * @param warmRuns runs since the start of the process that found both, or found them on their way
 * @param coldRuns runs for which at least one was opened
 * @param warmFiles operations on files that found a control
 * @param coldFiles those for which one was opened
 * @param losses channels that were lost while they waited, or did not come about
 */
public record WarmthReading(int runners, int ready, int troubled, long warmRuns, long coldRuns, long warmFiles,
        long coldFiles, long losses) {}
