package nereus.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses what somebody meant who wrote a name that does not exist. */
final class Likeness {
    private Likeness() {}

    /** {@code ; did you mean port?}, or all names when none is near. */
    static String hint(String written, Collection<String> known) {
        String nearest = known.stream().min(Comparator.comparingInt(name -> distance(written, name))).orElse("");
        if (!nearest.isEmpty() && distance(written, nearest) <= Math.max(2, written.length() / 3)) {
            return "; did you mean " + nearest + "?";
        }
        return known.isEmpty() || known.size() > 20 ? "" : "; there are " + String.join(", ", known);
    }

    private static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
