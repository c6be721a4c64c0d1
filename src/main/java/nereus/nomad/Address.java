package nereus.nomad;

import java.net.URI;

/** One Nomad agent's HTTP address, named in every error message. */
record Address(String host, int port) {
    private static final int HTTP_PORT = 80;

    static Address of(URI uri) {
        return new Address(uri.getHost(), uri.getPort() < 0 ? HTTP_PORT : uri.getPort());
    }

    @Override
    public String toString() {
        return "http://" + host + ":" + port;
    }
}
