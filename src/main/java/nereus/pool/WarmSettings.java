package nereus.pool;

import nereus.settings.Section;

/**
 * In how many runners channels are kept ready, from the section {@code pool}. Each takes three exec sessions, four while a command runs.
 *
 * @param perEnvironment of one environment at most; 0 keeps none anywhere
 * @param inAll of all environments together
 */
public record WarmSettings(int perEnvironment, int inAll) {
    public static WarmSettings read(Section section) {
        return new WarmSettings(section.number("warmPerEnvironment", 16, 0, 10_000),
                section.number("warmRunners", 256, 0, 10_000));
    }
}
