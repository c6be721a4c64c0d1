package nereus.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nereus.settings.Configuration;

/** The parts of the house that the command line starts. The root package implements it, for it alone knows how to build them. */
public interface Parts {
    /**
     * Starts the service. Reads every section of the configuration, then finishes it, before anything is started.
     *
     * @throws nereus.settings.ConfigurationException when the configuration is not usable
     * @throws IOException when the address cannot be bound; the message names it
     */
    Running service(Configuration configuration) throws IOException;

    /**
     * Starts the embedded agent.
     *
     * @param state where it keeps jobs and variables over a restart; empty keeps them in memory
     * @param chaos whether it can be told over HTTP which faults to have
     * @throws IOException when the address cannot be bound or the folder not be written; the message names it
     */
    Running agent(String address, int port, Optional<Path> state, boolean chaos) throws IOException;

    /**
     * What looks at Nomad for {@code check}. Reads every section of the configuration, then finishes it.
     *
     * @throws nereus.settings.ConfigurationException when the configuration is not usable
     */
    NomadCheck check(Configuration configuration);

    /**
     * What gives runners back to Poseidon. Reads every section of the configuration, then finishes it.
     *
     * @throws nereus.settings.ConfigurationException when the configuration is not usable
     */
    GivingBack handback(Configuration configuration);
}
