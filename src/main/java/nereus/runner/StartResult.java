package nereus.runner;

/**
 * How the start of one runner of that revision went.
 *
 * @param reason empty when it runs, otherwise what Nomad says
 * @param telling whether a failure says something of the environment: not when Nomad is not known to have had its job, or has no room
 *        for it now
 */
public record StartResult(int environment, String revision, String reason, boolean telling) {
    public boolean failed() {
        return !reason.isEmpty();
    }
}
