package nereus.nomad;

import java.util.List;

/**
 * All pages of one list call. {@code index} is the smallest {@code X-Nomad-Index} of its pages: what the list does not show and
 * whose last index is newer than that says nothing. Lists of several kinds are not one snapshot.
 */
public record Listing<T>(long index, List<T> rows) {}
