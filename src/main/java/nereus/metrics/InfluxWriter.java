package nereus.metrics;

import java.util.List;

/** Takes lines to InfluxDB. One thread; blocks. */
interface InfluxWriter extends AutoCloseable {
    /** Writes all of them, or none as far as we know. */
    Result write(List<String> lines);

    @Override
    void close();

    /**
     * How a write went.
     *
     * @param trouble empty when they were taken
     * @param lasting whether the same lines would not be taken later either
     * @param apart whether some of them may be taken without the others
     */
    record Result(String trouble, boolean lasting, boolean apart) {
        static final Result TAKEN = new Result("", false);

        Result(String trouble, boolean lasting) {
            this(trouble, lasting, false);
        }

        boolean taken() {
            return trouble.isEmpty();
        }
    }
}
