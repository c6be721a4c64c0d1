package nereus.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import nereus.settings.ConfigurationException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Builds the command line and says what an error looks like to its user. */
public final class CommandLines {
    /** Exit codes: done, failed, wrong usage, another process took over; {@code run} uses its command's code and this for its own failures. */
    static final int FAILED = 1;
    static final int SUPERSEDED = 3;
    static final int RUN_FAILED = 125;

    private CommandLines() {}

    /**
     * The whole command line.
     *
     * @param environment the process's environment variables
     */
    public static CommandLine of(Parts parts, Map<String, String> environment, String version) {
        CommandLine line = new CommandLine(new NereusCommand());
        line.addSubcommand(new ServeCommand(parts, environment));
        line.addSubcommand(new DevCommand(parts, environment));
        line.addSubcommand(new AgentCommand(parts));
        line.addSubcommand(new RunCommand(environment));
        line.addSubcommand(new CheckCommand(parts, environment));
        line.addSubcommand(new StatusCommand(environment));
        line.addSubcommand(new EnvironmentsCommand(environment));
        line.addSubcommand(new RunnersCommand(environment));
        line.addSubcommand(new DoctorCommand(environment));
        line.addSubcommand(new HandbackCommand(parts, environment));
        line.getCommandSpec().version("nereus " + version);
        line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler(
                (error, command, result) -> report(error, command, debug(result, environment)));
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    private static int report(Exception error, CommandLine command, boolean debug) {
        String message = error.getMessage() == null ? error.toString() : error.getMessage();
        boolean expected = error instanceof CommandFailure || error instanceof IOException
                || error instanceof ConfigurationException;
        command.getErr().println("nereus: " + (expected
                ? message
                : "unexpected error: " + message
                        + (debug ? "" : " (NEREUS_DEBUG=1 shows where)")));
        if (debug) {
            error.printStackTrace(command.getErr());
        }
        if (error instanceof CommandFailure failure && failure.exitCode() != 0) {
            return failure.exitCode();
        }
        return switch (command.<Object>getCommand()) {
            case RunCommand run -> RUN_FAILED;
            case DoctorCommand doctor -> DoctorCommand.NOT_ASKED;
            default -> FAILED;
        };
    }

    private static boolean debug(ParseResult result, Map<String, String> environment) {
        return !environment.getOrDefault("NEREUS_DEBUG", "").isEmpty()
                || result.commandSpec().root().commandLine().<NereusCommand>getCommand().debug();
    }
}
