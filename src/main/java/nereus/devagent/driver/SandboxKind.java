package nereus.devagent.driver;

import java.util.Locale;

/** The kinds of sandbox, best first. */
public enum SandboxKind {
    /** {@code bwrap}. */
    BUBBLEWRAP,
    /** util-linux's {@code unshare}, with the same view of the files. */
    UNSHARE,
    /** A directory and a session, nothing else. */
    PLAIN;

    /** Its name in settings. */
    public String setting() {
        return name().toLowerCase(Locale.ROOT);
    }
}
