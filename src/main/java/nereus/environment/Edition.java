package nereus.environment;

/**
 * A definition as it stands now, with the number of the last pull of its image that was asked for. What it makes bears its mark.
 *
 * @param pull 0 when none was asked for since the definition's last change
 */
public record Edition(Environment environment, int pull) {
    private static final char PULL = '.';

    /**
     * What runners of this edition bear in their jobs' meta: the definition's revision, and behind a dot the pull. Idle runners of
     * another mark are replaced.
     */
    public String mark() {
        return pull == 0 ? environment.revision() : environment.revision() + PULL + pull;
    }

    /** Whether two marks name the same definition, whatever was pulled between: a claimed runner need not be let go for that. */
    public static boolean sameDefinition(String mark, String other) {
        return revision(mark).equals(revision(other));
    }

    private static String revision(String mark) {
        int dot = mark.indexOf(PULL);
        return dot < 0 ? mark : mark.substring(0, dot);
    }
}
