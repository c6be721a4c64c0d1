package nereus.environment;

/** Writes definitions to Nomad, where they live, and into the registry. Blocks; throws {@link nereus.nomad.NomadException}. */
@SuppressWarnings("DoNotCallSuggester")
public final class EnvironmentStore {
    /** Creates or replaces; true when it was created. */
    public boolean put(Environment environment) {
        throw new UnsupportedOperationException();
    }

    /** Deletes the definition; its runners go with it. False when it was not known. */
    public boolean delete(int id) {
        throw new UnsupportedOperationException();
    }
}
