package nereus.devagent.http;

/** How the event stream is framed on the wire; it changed with Nomad 1.11.2. */
public enum Framing {
    /** Nomad 1.11.3 and later: {@code Connection: close}, no length and no chunks; errors after the headers are silence. */
    UNFRAMED,
    /** Nomad up to 1.11.1: chunks; errors are appended as text. */
    CHUNKED
}
