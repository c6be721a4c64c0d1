package nereus.api;

/** The {@code errorCode} of a 5xx answer. Clients tell only {@link #NOMAD_OVERLOAD} from the others. */
enum ErrorCode {
    NOMAD_UNREACHABLE, NOMAD_OVERLOAD, PREWARMING_POOL_DEPLETING, UNKNOWN
}
