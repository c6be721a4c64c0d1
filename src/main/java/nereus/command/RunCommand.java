package nereus.command;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import nereus.api.ServerSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nereus run}: one command in a runner, with our terminal attached. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = "nereus run [OPTIONS] ENVIRONMENT -- COMMAND...", description = {
        "Claims a runner, runs the command in it, gives the runner back.", "",
        "When input is a terminal, every key goes to the command: ^C too. When it is a pipe or a file, its text goes to"
                + " the command's terminal unechoed, then end of input; lines may be up to 4095 bytes long, and it"
                + " must not hold the character ^D. Line ends of the output are LF when it does not go to a terminal.",
        "The words of the command arrive as they are given; for shell syntax use bash -c '...'.",
        ""}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0-255:the command's own", "2:wrong usage",
                "124:the time limit passed", "125:the command could not be run"})
final class RunCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Parameters(index = "0", paramLabel = "ENVIRONMENT", description = "The id of an execution environment.")
    private int environmentId;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "The command and its arguments.")
    private List<String> words = new ArrayList<>();

    @Option(names = "--url", description = "Where Nereus is (default: NEREUS_URL, else http://127.0.0.1:7200).")
    private @Nullable String url;

    @Option(names = "--token", description = "The API's token (default: NEREUS_TOKEN, else NEREUS_SERVER_TOKEN, unless another service is asked).")
    private @Nullable String token;

    @Option(names = "--ca", paramLabel = "FILE", description = "What signs the service's certificate, as PEM (default: NEREUS_CA, else what Java trusts).")
    private @Nullable Path authority;

    @Option(names = {"-e", "--env"}, paramLabel = "NAME=VALUE", description = "Sets a variable of the command.")
    private Map<String, String> variables = new HashMap<>();

    @Option(names = "--time-limit", paramLabel = "SECONDS", defaultValue = "3600", description = "Stops the command after that; 0 never does (default: ${DEFAULT-VALUE}).")
    private long timeLimit = 3600;

    @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "60", description = "How long to wait for a runner when none is free, 600 at most; 0 does not (default: ${DEFAULT-VALUE}).")
    private long wait = 60;

    RunCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        ApiClient client = new ApiClient(url(), token(), trust());
        Lease lease = new Lease(client);
        Optional<Terminal> terminal = Terminal.ofInput();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            terminal.ifPresent(Terminal::restore);
            giveBack(lease);
        }, "give back"));
        try {
            // Longer than the command may take, so that a runner whose client was killed comes back by itself.
            String runner = lease.claim(environmentId, timeLimit == 0 ? 0 : timeLimit + 60, wait,
                    place -> System.err.println("nereus: waiting for a runner: " + place));
            return attached(client, runner, terminal);
        } finally {
            terminal.ifPresent(Terminal::restore);
            giveBack(lease);
        }
    }

    private int attached(ApiClient client, String runner, Optional<Terminal> terminal) {
        String command = terminal.isPresent() ? CommandText.of(words) : CommandText.forPipedInput(words);
        URI socketUrl = client.execute(runner, command, variables(terminal), timeLimit);
        Attachment attachment = new Attachment(new Screen(new FileOutputStream(FileDescriptor.out), Terminal.is(1)),
                new Screen(new FileOutputStream(FileDescriptor.err), Terminal.is(2)), terminal.isEmpty());
        terminal.ifPresent(Terminal::raw);
        WebSocket socket = client.connect(socketUrl, attachment);
        new InputPump(new FileInputStream(FileDescriptor.in), socket).start(attachment.ready());
        try {
            return attachment.exit().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof CommandFailure failure ? failure : e;
        } finally {
            socket.abort();
        }
    }

    private static void giveBack(Lease lease) {
        try {
            lease.close();
        } catch (CommandFailure e) {
            System.err.println("nereus: " + e.getMessage());
        }
    }

    private Map<String, String> variables(Optional<Terminal> terminal) {
        Map<String, String> all = new HashMap<>();
        terminal.ifPresent(t -> {
            all.put("TERM", environment.getOrDefault("TERM", "xterm"));
            t.size().ifPresent(size -> {
                all.put("LINES", size.get(0));
                all.put("COLUMNS", size.get(1));
            });
        });
        all.putAll(variables);
        return all;
    }

    private String url() {
        return url != null ? url : environment.getOrDefault("NEREUS_URL", own());
    }

    /** Where the service of this machine is. */
    private String own() {
        return "http://127.0.0.1:"
                + environment.getOrDefault("NEREUS_SERVER_PORT", Integer.toString(ServerSettings.USUAL_PORT));
    }

    private String token() {
        if (token != null) {
            return token;
        }
        // The service's own token is for that service, and for nobody else.
        return environment.getOrDefault("NEREUS_TOKEN",
                url().equals(own()) ? environment.getOrDefault("NEREUS_SERVER_TOKEN", "") : "");
    }

    private Optional<SSLContext> trust() {
        String file = authority == null ? environment.getOrDefault("NEREUS_CA", "") : authority.toString();
        return file.isEmpty() ? Optional.empty() : Optional.of(ServiceOptions.trusting(Path.of(file)));
    }
}
