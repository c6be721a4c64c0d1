package nereus.execution;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once per environment when unprivileged commands do not run there as they should. Any thread. */
final class UserChange {
    private static final Logger log = LoggerFactory.getLogger(UserChange.class);

    private final String user;
    private final Set<Integer> told = ConcurrentHashMap.newKeySet();

    UserChange(String user) {
        this.user = user;
    }

    /** @param way what the launcher said */
    void note(int environment, String way) {
        if (way.equals("setpriv") || !told.add(environment))
            return;
        switch (way) {
            case "setuser" -> log.info(
                    "environment {}: its image has no usable setpriv; commands change to {} with /sbin/setuser, which is"
                            + " slower",
                    environment, user);
            case "missing" -> log.warn(
                    "environment {}: its image has no user {}; unprivileged commands run as the container's default"
                            + " user, which may be root",
                    environment, user);
            case "self" -> log.warn(
                    "environment {}: exec does not give us root there; unprivileged and privileged commands run as the"
                            + " same user",
                    environment);
            default -> log.warn(
                    "environment {}: its image has neither a usable setpriv nor /sbin/setuser; unprivileged commands run as"
                            + " the container's default user, which may be root",
                    environment);
        }
    }
}
