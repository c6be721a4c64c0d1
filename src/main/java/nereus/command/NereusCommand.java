package nereus.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus} without a subcommand. */
@Command(name = "nereus", description = {"Keeps containers warm on HashiCorp Nomad and runs commands in them.",
        ""}, mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", footerHeading = "%nTry it:%n", footer = {
                "  ./nereus dev                             in one terminal",
                "  ./nereus run 1 -- bash -c 'echo hello'   in another",
                "", "Exit codes: 0 done, 1 failed, 2 wrong usage; serve, run, doctor: see their --help."})
final class NereusCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", description = "Show stack traces (also: NEREUS_DEBUG=1).")
    private boolean debug;

    boolean debug() {
        return debug;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command");
    }
}
