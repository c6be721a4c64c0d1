package nereus.api;

/** Text that UTF-8 can carry. */
final class WellFormed {
    private WellFormed() {}

    /** The same text with each surrogate that has lost its other half as U+FFFD. */
    static String of(String text) {
        int at = firstLoneSurrogate(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder changed = new StringBuilder(text);
        while (at >= 0) {
            changed.setCharAt(at, '\uFFFD');
            at = firstLoneSurrogate(text, at + 1);
        }
        return changed.toString();
    }

    private static int firstLoneSurrogate(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }
}
