package nereus.nomad;

import java.net.URI;

/** One Nomad agent's HTTP address, named in every error message. */
record Address(String host, int port, boolean tls) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    static Address of(URI uri) {
        boolean tls = "https".equals(uri.getScheme());
        int usual = tls ? HTTPS_PORT : HTTP_PORT;
        return new Address(uri.getHost(), uri.getPort() < 0 ? usual : uri.getPort(), tls);
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + host + ":" + port;
    }
}
