package nereus;

/** The kinds of calls that Nereus makes to Nomad. */
enum NomadCall {
    LIST_JOBS, LIST_ALLOCATIONS, LIST_NODES, LIST_VARIABLES, READ_JOB, REGISTER, PURGE, READ_VARIABLE, WRITE_VARIABLE, DELETE_VARIABLE, STREAM, EXEC, OTHER;

    static NomadCall of(String method, String uri) {
        String path = uri.split("\\?", 2)[0];
        boolean read = method.equals("GET");
        if (path.equals("/v1/jobs")) {
            return read ? LIST_JOBS : REGISTER;
        } else if (path.startsWith("/v1/job/")) {
            return read ? READ_JOB : PURGE;
        } else if (path.startsWith("/v1/var/")) {
            return read ? READ_VARIABLE : method.equals("DELETE") ? DELETE_VARIABLE : WRITE_VARIABLE;
        } else if (path.endsWith("/exec")) {
            return EXEC;
        }
        return switch (path) {
            case "/v1/allocations" -> LIST_ALLOCATIONS;
            case "/v1/nodes" -> LIST_NODES;
            case "/v1/vars" -> LIST_VARIABLES;
            case "/v1/event/stream" -> STREAM;
            default -> OTHER;
        };
    }

    /** Held open for as long as it is used; Nomad does not count it among a client's connections. */
    boolean lasting() {
        return this == STREAM || this == EXEC;
    }
}
