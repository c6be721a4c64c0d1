package nereus.nomad;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import nereus.settings.Section;

/**
 * Where Nomad is and how patiently it is asked. {@code region} is empty for the agent's own, {@code token} is empty without ACLs, and
 * when it stands in a file.
 *
 * @param addresses agents of one cluster, tried in this order; {@code http://host:port} or {@code https://host:port}
 * @param call how long one method of {@link Nomad} may take in all, its repetitions and pages included
 * @param connect how long one TCP connection may take to come about
 * @param subscribe how long the event stream may take to say its first {@code {}}
 * @param open how long an exec session may take to open
 * @param execHeartbeat between two {@code {}} on an exec session, for what stands between us and Nomad
 * @param pageSize rows asked for at once in lists
 * @param connections plain HTTP connections per address; Nomad allows 100 per client address by default
 * @param execSessions exec sessions per address
 * @param eventBacklog bytes of unread events after which a stream is given up
 * @param access the files that prove who we are and who Nomad is
 */
public record NomadSettings(List<URI> addresses, String token, String namespace, String region, Duration call,
        Duration connect, Duration subscribe, Duration open, Duration execHeartbeat, int pageSize, int connections,
        int execSessions, int eventBacklog, Access access) {

    private static final int MEBIBYTE = 1 << 20;

    public NomadSettings {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: at least one address of a Nomad agent is needed");
        }
    }

    /** Without files. */
    public NomadSettings(List<URI> addresses, String token, String namespace, String region, Duration call,
            Duration connect, Duration subscribe, Duration open, Duration execHeartbeat, int pageSize, int connections,
            int execSessions, int eventBacklog) {
        this(addresses, token, namespace, region, call, connect, subscribe, open, execHeartbeat, pageSize, connections,
                execSessions, eventBacklog, Access.NONE);
    }

    /** The defaults, for the given agents. */
    public static NomadSettings of(URI... addresses) {
        return new NomadSettings(Arrays.asList(addresses), "", "default", "", Duration.ofSeconds(5),
                Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(10), 500, 32,
                10_000, 64 * MEBIBYTE);
    }

    /**
     * Reads section {@code nomad}.
     */
    public static NomadSettings read(Section section) {
        NomadSettings defaults = of(URI.create("http://127.0.0.1:4646"));
        String token = section.text("token", "").strip();
        return new NomadSettings(section.parsed("addresses", "http://127.0.0.1:4646", NomadSettings::addresses),
                token, section.text("namespace", "default"),
                section.text("region", ""), section.duration("callTimeout", defaults.call),
                section.duration("connectTimeout", defaults.connect),
                section.duration("subscribeTimeout", defaults.subscribe),
                section.duration("execOpenTimeout", defaults.open),
                section.duration("execHeartbeat", defaults.execHeartbeat),
                section.number("pageSize", defaults.pageSize, 1, 10_000),
                section.number("connections", defaults.connections, 1, 1_000),
                section.number("execSessions", defaults.execSessions, 1, 1_000_000),
                section.number("eventBacklogMiB", defaults.eventBacklog / MEBIBYTE, 1, 1024) * MEBIBYTE,
                Access.read(section, token));
    }

    private static List<URI> addresses(String text) {
        List<URI> addresses = Arrays.stream(text.split("[,\\s]+")).filter(address -> !address.isBlank())
                .map(NomadSettings::address).toList();
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("must name at least one Nomad agent, such as http://host:4646");
        }
        return addresses;
    }

    private static URI address(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(text + " is not an address such as http://host:4646", e);
        }
        boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!known || uri.getHost() == null) {
            throw new IllegalArgumentException(text + " is not an address such as http://host:4646");
        }
        if (!uri.getRawPath().isEmpty() && !uri.getRawPath().equals("/")) {
            throw new IllegalArgumentException(text + " may not have a path");
        }
        return uri;
    }

    /** Whether a token goes to another machine as plain text. */
    public boolean readable() {
        return (!token.isEmpty() || access.tokenFile().isPresent()) && addresses.stream()
                .anyMatch(address -> "http".equals(address.getScheme())
                        && !address.getHost().matches("localhost|127\\..*|\\[::1]"));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "NomadSettings[addresses=" + addresses + ", token="
                + (access.tokenFile().isPresent() ? "in a file" : token.isEmpty() ? "none" : "set")
                + ", namespace=" + namespace + ", region=" + region + "]";
    }
}
