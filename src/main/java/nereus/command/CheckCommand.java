package nereus.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import nereus.settings.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus check}: would serve work? */
@Command(name = "check", description = "Checks the configuration, and what Nomad lets us do. Changes nothing that lasts.", mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private final Parts parts;
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "As for serve.")
    private @Nullable Path config;

    CheckCommand(Parts parts, Map<String, String> environment) {
        this.parts = parts;
        this.environment = environment;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Configuration configuration = Configuration.load(Optional.ofNullable(config), environment);
        NomadCheck check = parts.check(configuration);
        out.println("good  configuration: every setting of " + configuration.source() + " is valid");
        out.println("      checking " + check.target());
        List<NomadCheck.Finding> findings = check.run();
        findings.forEach(f -> out.println((f.good() ? "good  " : "BAD   ") + f.subject() + ": " + f.text()));
        return findings.stream().allMatch(NomadCheck.Finding::good) ? 0 : CommandLines.FAILED;
    }
}
