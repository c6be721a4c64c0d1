package nereus.command;

import java.util.List;

/** Finds out whether Nomad can be reached and lets us do what we need. */
public interface NomadCheck {
    /** Which Nomad is looked at, and as whom, for people. */
    String target();

    /** One finding for each thing that was tried, in order. Blocks; never throws because of Nomad. */
    List<Finding> run();

    /**
     * One thing that was tried.
     *
     * @param good whether it works
     * @param subject what was tried, such as {@code variables}
     * @param text what was found, and what to do about it when it is not good
     */
    record Finding(boolean good, String subject, String text) {}
}
