package nereus.api;

import nereus.environment.Environment;
import nereus.environment.Terms;
import nereus.pool.ClaimSettings;
import nereus.settings.Section;

/**
 * What a definition may ask for: the least that Nomad starts a task with (Nomad 2.0.5: 1 MHz, 10 MB), and a most beyond which it is a
 * mistake. What no node could ever run is told to who asked for it, not to who claims later.
 *
 * @param largestPool runners
 * @param largestCpu MHz
 * @param largestMemory MB
 * @param mostPorts exposed ports
 */
public record EnvironmentLimits(int largestPool, int largestCpu, int largestMemory, int mostPorts) {
    private static final int LEAST_CPU = 1;
    private static final int LEAST_MEMORY = 10;
    /** Repository, tag and digest have fewer characters in every registry. */
    private static final int LONGEST_IMAGE = 1024;
    private static final int MOST_LABELS = 32;
    /** Our jobs' names leave room for nine digits. */
    private static final int LARGEST_ID = 999_999_999;

    static EnvironmentLimits read(Section section) {
        return new EnvironmentLimits(
                section.number("largestPool", 10_000, 0, 1_000_000),
                section.number("largestCpu", 1_000_000, LEAST_CPU, Integer.MAX_VALUE),
                section.number("largestMemory", 1 << 20, LEAST_MEMORY, Integer.MAX_VALUE),
                section.number("mostPorts", 100, 0, 65_535));
    }

    /** Refuses with 400 what is beyond. */
    void check(Environment wanted) {
        if (wanted.id() > LARGEST_ID) {
            throw Refusal.badRequest(
                    "could not update environment: " + wanted.id() + " is out of range, " + LARGEST_ID
                            + " is the last");
        }
        within("prewarmingPoolSize", wanted.prewarmingPoolSize(), 0, largestPool);
        within("cpuLimit", wanted.cpuLimit(), LEAST_CPU, largestCpu);
        within("memoryLimit", wanted.memoryLimit(), LEAST_MEMORY, largestMemory);
        within("the number of exposedPorts", wanted.exposedPorts().size(), 0, mostPorts);
        wanted.terms().patience().ifPresent(wait -> within("claimWait", (int) Math.min(wait.toSeconds(),
                Integer.MAX_VALUE), 0, (int) ClaimSettings.LONGEST.toSeconds()));
        within("the number of labels", wanted.terms().labels().size(), 0, MOST_LABELS);
        wanted.terms().labels().forEach((name, value) -> {
            if (!Terms.mayBeLabel(name, value)) {
                throw Refusal
                        .badRequest("labels: '" + name + "' and its value may have 63 characters each, of A-Z a-z 0-9"
                                + " . _ / - and, in values, spaces");
            }
        });
        String image = wanted.image();
        if (image.isEmpty() || image.length() > LONGEST_IMAGE || image.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw Refusal.badRequest("image must name one, in 1 to " + LONGEST_IMAGE
                    + " characters, no spaces or control characters among them");
        }
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw Refusal.badRequest(name + " must be from " + least + " to " + most + ", not " + value);
        }
    }
}
