package nereus;

/** What becomes of a call to Nomad instead of its answer. */
sealed interface NomadFault {
    NomadFault HANG = new Hang();
    NomadFault CUT = new Cut();
    NomadFault NO_LEADER = new Says(500, "No cluster leader");
    NomadFault TOO_MANY = new Says(429,
            "Your IP is issuing too many concurrent connections, please rate limit your calls");
    NomadFault FORBIDDEN = new Says(403, "Permission denied");
    NomadFault GARBAGE = new Says(200, "<html>This is not Nomad</html>\n");

    /** Nomad does not do what it was asked and answers so. */
    record Says(int status, String body) implements NomadFault {}

    /** Nothing is done and nothing answered. */
    record Hang() implements NomadFault {}

    /** Nothing is done, and the connection ends. */
    record Cut() implements NomadFault {}
}
