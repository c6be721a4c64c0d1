package nereus.command;

/** Durations as people read them: {@code 850ms}, {@code 12s}, {@code 3m05s}, {@code 4h10m}, {@code 2d03h}. */
final class Times {
    private Times() {}

    static String of(double seconds) {
        if (seconds < 1) {
            return Math.round(seconds * 1000) + "ms";
        }
        long whole = (long) seconds;
        if (whole < 60) {
            return whole + "s";
        }
        if (whole < 3600) {
            return "%dm%02ds".formatted(whole / 60, whole % 60);
        }
        return whole < 86_400
                ? "%dh%02dm".formatted(whole / 3600, whole % 3600 / 60)
                : "%dd%02dh".formatted(whole / 86_400, whole % 86_400 / 3600);
    }
}
