package nereus.devagent.driver;

/**
 * What a driver's runners are kept apart from, and what they can do, on this machine.
 *
 * @param sandbox the kind in use
 * @param realUsers a runner's root can become its user {@code user} (uid 1000); otherwise everything runs as one user
 * @param ownProcesses a runner sees and signals its own processes only
 * @param ownFiles a runner sees the system read-only, its own {@code /workspace}, {@code /home/user} and {@code /tmp}
 * @param ownNetwork a runner has a loopback interface and nothing else
 * @param memoryLimit a runner that takes more than its memory is killed
 */
public record Capabilities(SandboxKind sandbox, boolean realUsers, boolean ownProcesses, boolean ownFiles,
        boolean ownNetwork, boolean memoryLimit) {

    Capabilities withMemoryLimit(boolean present) {
        return new Capabilities(sandbox, realUsers, ownProcesses, ownFiles, ownNetwork, present);
    }

    /** One sentence for the log, which names what is missing. */
    public String meaning() {
        StringBuilder text = new StringBuilder("Runners are local processes in sandboxes of kind ")
                .append(sandbox.setting());
        missing(text, ownProcesses,
                "they see the machine's other processes, and an agent that is not root can be killed by them");
        missing(text, ownFiles, "they see the machine's files, have no /workspace and share /tmp");
        missing(text, ownNetwork, "they reach the machine's network");
        missing(text, realUsers, "they have no second user");
        missing(text, memoryLimit, "their memory is not limited");
        return text.append('.').toString();
    }

    private static void missing(StringBuilder text, boolean present, String without) {
        if (!present) {
            text.append("; ").append(without);
        }
    }
}
