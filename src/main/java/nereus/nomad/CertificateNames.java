package nereus.nomad;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The names that a certificate is made out to: its alternative names, as RFC 9525 wants it, and never its subject. */
record CertificateNames(List<String> hosts, List<String> addresses) {
    private static final int DNS = 2;
    private static final int IP = 7;

    static CertificateNames of(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.getFirst().equals(DNS)) {
                    hosts.add(String.valueOf(name.get(1)));
                } else if (name.getFirst().equals(IP)) {
                    addresses.add(String.valueOf(name.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            return new CertificateNames(List.of(), List.of());
        }
        return new CertificateNames(List.copyOf(hosts), List.copyOf(addresses));
    }

    /** Whether a host of that name, or with that IP address, may show the certificate. */
    boolean include(String host) {
        Optional<InetAddress> address = address(host);
        return address.isPresent()
                ? addresses.stream().anyMatch(mine -> address(mine).equals(address))
                : hosts.stream().anyMatch(mine -> same(mine.toLowerCase(Locale.ROOT), host.toLowerCase(Locale.ROOT)));
    }

    /** A star stands for one whole label, the first, and at least two others follow it. */
    private static boolean same(String mine, String host) {
        if (!mine.startsWith("*.")) {
            return mine.equals(host);
        }
        String rest = mine.substring(1);
        int label = host.indexOf('.');
        return label > 0 && rest.indexOf('.', 1) > 0 && host.substring(label).equals(rest);
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException name) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        List<String> all = new ArrayList<>(hosts);
        all.addAll(addresses);
        return all.isEmpty() ? "no name at all" : String.join(", ", all);
    }
}
