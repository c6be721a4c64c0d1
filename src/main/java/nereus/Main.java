package nereus;

import java.util.Optional;
import nereus.command.CommandLines;

/** The entry of the process: the table of contents is {@link CommandLines}, the building is {@link Assembly}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        String version = Optional.ofNullable(Main.class.getPackage().getImplementationVersion()).orElse("development");
        System.exit(CommandLines.of(new Assembly(version), System.getenv(), version).execute(arguments));
    }
}
