package nereus.metrics;

import nereus.settings.Section;

/**
 * How Prometheus gets what is measured: section {@code metrics}.
 *
 * @param enabled whether {@code /metrics} is there
 * @param open whether it needs no token on the API's address; it never does on one of its own
 * @param address of a listener of its own
 * @param port of it; 0 has none, and shows {@code /metrics} on the API's address
 */
public record MetricsSettings(boolean enabled, boolean open, String address, int port) {
    public static MetricsSettings read(Section section) {
        return new MetricsSettings(section.flag("enabled", true), section.flag("open", false),
                section.text("address", "127.0.0.1"), section.number("port", 0, 0, 65535));
    }

    /** Whether it has an address of its own. */
    public boolean apart() {
        return enabled && port != 0;
    }
}
