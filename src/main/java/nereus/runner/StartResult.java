package nereus.runner;

/** How the start of one runner of that revision went: {@code reason} is empty when it runs, otherwise what Nomad says. */
public record StartResult(int environment, String revision, String reason) {
    public boolean failed() {
        return !reason.isEmpty();
    }
}
