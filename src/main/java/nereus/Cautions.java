package nereus;

import java.util.ArrayList;
import java.util.List;

/** What an operator should know about his settings, at each start. */
final class Cautions {
    private Cautions() {}

    static List<String> of(Settings settings) {
        List<String> all = new ArrayList<>();
        if (settings.server().open()) {
            all.add("everybody who reaches " + settings.server().address()
                    + " can run commands: set server.token or server.tokenFiles");
        } else if (settings.server().readable()) {
            all.add("what clients send to " + settings.server().address()
                    + ", tokens and code, goes over the network as plain"
                    + " text: set server.certificateFile, unless something in front of it ends TLS");
        }
        if (settings.nomad().readable()) {
            all.add("Nomad's token goes over the network as plain text, and with it all of the cluster: use https in"
                    + " nomad.addresses");
        }
        return all;
    }
}
