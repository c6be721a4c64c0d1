package nereus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is shipped to run Nereus with keeps secrets where they belong, and fits Nereus' own settings. */
class DeploymentTest {
    private static final Path COMPOSE = Path.of("deploy/compose");

    /** What operators put beside compose.yaml: it is mounted from there, and is not in the repository. */
    private static Set<String> mounted() throws IOException {
        Set<String> all = new TreeSet<>();
        Matcher mount = Pattern.compile("- \\./([^:/]+)[^:]*:").matcher(read(COMPOSE.resolve("compose.yaml")));
        while (mount.find()) {
            if (!List.of("datasource.yaml", "dashboards.yaml", "prometheus.yml").contains(mount.group(1))) {
                all.add(mount.group(1));
            }
        }
        return all;
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file);
    }

    @Test
    void whatOperatorsPutBesideComposeGetsIntoNoImageNoPackageAndNoCommit() throws Exception {
        Set<String> secrets = mounted();
        assertEquals(Set.of("config.yaml", "secrets"), secrets);
        for (String secret : secrets) {
            for (String ignoring : List.of(".dockerignore", ".gitignore")) {
                assertTrue(read(Path.of(ignoring)).lines().map(line -> line.replaceAll("/$", ""))
                        .anyMatch((COMPOSE + "/" + secret)::equals), secret + " is missing in " + ignoring);
            }
            assertTrue(
                    read(Path.of("src/build/package.xml")).lines().map(line -> line.strip().replaceAll("/\\*\\*", ""))
                            .anyMatch(("<exclude>compose/" + secret + "</exclude>")::equals),
                    secret + " gets into the package");
        }
    }

    @Test
    void noMonitoringHoldsATokenThatCanRunCommands() throws Exception {
        String compose = read(COMPOSE.resolve("compose.yaml"));
        assertTrue(compose.contains("NEREUS_METRICS_PORT: \"7201\""), compose);
        assertFalse(Pattern.compile("ports:.*7201").matcher(compose).find(), "for those within only");
        for (Path file : List.of(COMPOSE.resolve("prometheus.yml"), Path.of("deploy/prometheus/prometheus.yml"))) {
            assertTrue(read(file).contains(":7201\"]"), file.toString());
            assertFalse(read(file).contains("credentials"), file.toString());
        }
        assertFalse(compose.contains("tokens/prometheus"), compose);
    }

    @Test
    void aProcessThatWasReplacedIsNotStartedAgain() throws Exception {
        assertTrue(read(COMPOSE.resolve("compose.yaml")).contains("\n    restart: \"no\"\n"));
        assertTrue(read(Path.of("deploy/systemd/nereus.service")).lines()
                .anyMatch(line -> line.startsWith("RestartPreventExitStatus=") && line.contains("3")));
    }

    @Test
    void theProxyLetsGoOfConnectionsBeforeNereusDoes() throws Exception {
        Matcher keeps = Pattern.compile("upstream nereus \\{[^}]*keepalive_timeout ([0-9]+)s;", Pattern.DOTALL)
                .matcher(read(Path.of("deploy/nginx/nereus.conf")));
        Matcher idle = Pattern.compile("idleTimeout: ([0-9]+)s").matcher(read(Path.of("config.yaml")));
        assertTrue(keeps.find());
        assertTrue(idle.find());
        assertTrue(Integer.parseInt(keeps.group(1)) < Integer.parseInt(idle.group(1)));
    }
}
