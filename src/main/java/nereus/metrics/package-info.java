/**
 * What is measured: for Prometheus, which asks ({@code /metrics}), and for InfluxDB, which is sent Poseidon's points. The rooms below know
 * nothing of it: they have counters that are read here, and tell watches, whose methods stand here. One class for each room below.
 *
 * <p>Threads: watches are called on whichever thread did what they hear of, and neither block nor throw; the queue for InfluxDB has a
 * thread of its own, on which alone its client runs, for that was seen to block for 10 s.
 */
@NullMarked
package nereus.metrics;

import org.jspecify.annotations.NullMarked;
