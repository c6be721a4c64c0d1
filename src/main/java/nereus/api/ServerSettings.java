package nereus.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import nereus.settings.Section;

/**
 * Where and how the HTTP API listens: section {@code server}.
 *
 * @param address the IP address or host name to listen on
 * @param port 0 lets the system choose
 * @param token what clients must send; empty lets everybody in
 * @param publicUrl the WebSocket base URL that clients are told, such as {@code wss://host/prefix}; empty takes each request's
 *     own host
 * @param depletingBelowPercent {@code /health} says 503 when an environment has fewer idle runners than this share of its pool
 *     size; 0 is off
 */
public record ServerSettings(String address, int port, String token, String publicUrl, int depletingBelowPercent,
        AccessSettings access, ServerLimits limits) {
    /** The port of Poseidon, so that its clients need not be changed. */
    public static final int USUAL_PORT = 7200;

    public static ServerSettings read(Section section) {
        return new ServerSettings(
                section.text("address", "127.0.0.1"),
                section.number("port", USUAL_PORT, 0, 65535),
                section.parsed("token", "", ServerSettings::token),
                section.parsed("publicUrl", "", ServerSettings::webSocketBase),
                section.number("depletingBelowPercent", 0, 0, 100),
                AccessSettings.read(section), ServerLimits.read(section));
    }

    /** Without files of tokens, over plain HTTP. */
    ServerSettings(String address, int port, String token, String publicUrl, int depletingBelowPercent,
            ServerLimits limits) {
        this(address, port, token, publicUrl, depletingBelowPercent, AccessSettings.NONE, limits);
    }

    /** A token that lets in whoever may read the configuration and its files; empty when none is needed, or none can be read. */
    public String anyToken() {
        return token.isEmpty() ? access.readable().orElse("") : token;
    }

    /** Whether tokens and commands go over the network as they are. */
    public boolean readable() {
        return !access.tls() && !local();
    }

    /** Whether others than this machine can reach it, and need no token. */
    public boolean open() {
        return token.isEmpty() && access.tokenFiles().isEmpty() && !local();
    }

    private boolean local() {
        return address.startsWith("127.") || address.equals("localhost") || address.equals("::1");
    }

    /** Tokens stay out of logs. */
    @Override
    public String toString() {
        return address + ":" + port
                + (token.isEmpty() && access.tokenFiles().isEmpty() ? ", no token" : ", with a token");
    }

    /** What a header can carry: blanks at its ends are lost on the way. */
    private static String token(String token) {
        if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "must be letters, digits and signs without blanks, as a header carries it");
        }
        return token;
    }

    private static String webSocketBase(String url) {
        if (url.isEmpty()) {
            return "";
        }
        String problem = "must be a URL such as https://nereus.example.org";
        try {
            URI uri = new URI(url);
            if (uri.getHost() == null || uri.getScheme() == null || uri.getRawQuery() != null
                    || uri.getRawFragment() != null) {
                throw new IllegalArgumentException(problem);
            }
            String scheme = switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
                case "https", "wss" -> "wss";
                case "http", "ws" -> "ws";
                default -> throw new IllegalArgumentException(problem);
            };
            String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
            return scheme + "://" + uri.getRawAuthority() + path.replaceAll("/api/v1$", "");
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(problem, e);
        }
    }
}
