package nereus.runner;

/** How one runner's start went: {@code reason} is empty when it runs, otherwise what Nomad says. */
public record StartResult(int environment, String reason) {
    public boolean failed() {
        return !reason.isEmpty();
    }
}
