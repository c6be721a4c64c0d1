package nereus.environment;

/**
 * A definition as it stands now, with the number of the last pull of its image that was asked for. What it makes bears its mark.
 *
 * @param pull 0 when none was asked for since the definition's last change
 * @param blueprint the mark of what its runners are made from besides; empty for the built-in job
 */
public record Edition(Environment environment, int pull, String blueprint) {
    private static final char DOT = '.';

    public Edition(Environment environment, int pull) {
        this(environment, pull, "");
    }

    Edition madeFrom(Blueprint made) {
        return new Edition(environment, pull, made.mark());
    }

    /**
     * What runners of this edition bear in their jobs' meta: the definition's revision, and behind dots the pull and the blueprint.
     * Idle runners of another mark are replaced.
     */
    public String mark() {
        return environment.revision() + (pull == 0 ? "" : DOT + Integer.toString(pull))
                + (blueprint.isEmpty() ? "" : DOT + blueprint);
    }

    /**
     * Whether two marks name the same definition, whatever was pulled or written into a job file between: a claimed runner need not
     * be let go for that.
     */
    public static boolean sameDefinition(String mark, String other) {
        return revision(mark).equals(revision(other));
    }

    private static String revision(String mark) {
        int dot = mark.indexOf(DOT);
        return dot < 0 ? mark : mark.substring(0, dot);
    }
}
