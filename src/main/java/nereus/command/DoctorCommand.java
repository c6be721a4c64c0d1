package nereus.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nereus doctor}: where do the running service, its ledger and Nomad differ? */
@Command(name = "doctor", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Asks the running service where its fleet, its ledger of claims and Nomad differ.", "",
        "The service looks by itself with each snapshot, and repairs what two of them have shown; only what somebody"
                + " may still be working in waits for --repair.",
        ""}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:nothing differs, or all of it is repaired",
                "1:something differs", "2:wrong usage, or the service could not be asked"})
final class DoctorCommand implements Callable<Integer> {
    /** The exit code when nothing could be found out. */
    static final int NOT_ASKED = 2;

    @Spec
    private CommandSpec spec;

    @Option(names = "--repair", description = "Repairs what differs, ten things at once.")
    private boolean repair;

    @Mixin
    private ServiceOptions service;

    DoctorCommand(Map<String, String> environment) {
        this.service = new ServiceOptions(environment);
    }

    @Override
    public Integer call() {
        ApiClient client = service.client();
        JsonNode examination = client.examine(repair);
        new DoctorReport(spec.commandLine().getOut()).print(examination, repair);
        PrintWriter err = spec.commandLine().getErr();
        String error = examination.path("error").asText();
        if (!error.isEmpty()) {
            err.println("nereus: " + error);
        }
        return examination.path("differences").isEmpty() && error.isEmpty() ? 0 : CommandLines.FAILED;
    }
}
