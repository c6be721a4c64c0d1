package nereus.runner;

/** How many runners of one environment are in each state. */
public record PoolCount(int starting, int idle, int reserved, int claimed, int doubtful, int gone) {
    /** What statistics call used: every runner that somebody has or may have. */
    public int used() {
        return reserved + claimed + doubtful;
    }
}
