package nereus.nomad;

/** Lines of a Nomad ACL policy, as an operator would add them: what a message names when Nomad refuses a call. */
public final class PolicyLine {
    private PolicyLine() {}

    /** A capability of a namespace, such as {@code submit-job}. */
    public static String capability(String namespace, String capability) {
        return "namespace \"" + namespace + "\" { capabilities = [\"" + capability + "\"] }";
    }

    /** A capability on the variables below our prefix, the first two segments of a path: {@code nereus/<instance>/*}. */
    public static String variables(String namespace, String path, String capability) {
        String[] segments = path.split("/", 3);
        String pattern = segments.length > 2 ? segments[0] + "/" + segments[1] + "/*" : path;
        return "namespace \"" + namespace + "\" { variables { path \"" + pattern + "\" { capabilities = [\""
                + capability
                + "\"] } } }";
    }

    /** Looking at nodes. */
    public static String nodes() {
        return "node { policy = \"read\" }";
    }

    /** Looking at the agent itself; only its version needs it. */
    public static String agent() {
        return "agent { policy = \"read\" }";
    }
}
