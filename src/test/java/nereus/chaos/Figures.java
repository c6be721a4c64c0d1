package nereus.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the judge counted and measured. */
final class Figures {
    int serviceKills;
    int agentKills;
    int bothKills;
    int checks;
    int died;
    int claimAnswersLost;
    private final List<String> broken = new ArrayList<>();
    private int empty;
    private Duration toFirstClaim = Duration.ZERO;
    private Duration toIdle = Duration.ZERO;
    private Duration afterAgent = Duration.ZERO;

    int kills() {
        return serviceKills + agentKills + bothKills;
    }

    /** A promise was broken. */
    synchronized void broken(String how) {
        broken.add(how);
    }

    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    /** A claim was refused because no runner was idle. */
    synchronized void empty() {
        empty++;
    }

    synchronized void firstClaim(long nanos) {
        toFirstClaim = later(toFirstClaim, nanos);
    }

    synchronized void idle(long nanos) {
        toIdle = later(toIdle, nanos);
    }

    synchronized void idleAfterAgent(long nanos) {
        afterAgent = later(afterAgent, nanos);
    }

    private static Duration later(Duration slowest, long nanos) {
        return slowest.toNanos() >= nanos ? slowest : Duration.ofNanos(nanos);
    }

    synchronized String table(AckBook book, long seed) {
        StringBuilder text = new StringBuilder();
        row(text, "seed", Long.toString(seed));
        row(text, "kills of the service alone", Integer.toString(serviceKills));
        row(text, "kills of the agent alone", Integer.toString(agentKills));
        row(text, "kills of both", Integer.toString(bothKills));
        row(text, "claims acknowledged", Integer.toString(book.claims()));
        row(text, "returns acknowledged (204)", Integer.toString(book.returns()));
        row(text, "claims refused, no runner idle", Integer.toString(empty));
        row(text, "claims whose answer was lost", Integer.toString(claimAnswersLost));
        row(text, "live runners checked after a kill", Integer.toString(checks));
        row(text, "claimed runners that died with the agent", Integer.toString(died));
        row(text, "handed out twice", Integer.toString(book.twice().size()));
        row(text, "lost, or another broken promise", Integer.toString(broken.size()));
        row(text, "slowest kill to first claim", seconds(toFirstClaim));
        row(text, "slowest ready to idle = target", seconds(toIdle));
        row(text, "slowest agent's return to idle = target", seconds(afterAgent));
        return text.toString();
    }

    private static void row(StringBuilder text, String what, String value) {
        text.append(String.format(Locale.ROOT, "%-42s %s%n", what, value));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toNanos() / 1e9);
    }
}
