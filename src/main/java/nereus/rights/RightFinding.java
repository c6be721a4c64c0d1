package nereus.rights;

/**
 * What one step of {@link NomadRights} has found.
 *
 * @param forbidden whether the token lacks a right; the text names the policy's line then
 * @param subject what was tried, such as {@code variables: read}
 */
public record RightFinding(boolean good, boolean forbidden, String subject, String text) {}
