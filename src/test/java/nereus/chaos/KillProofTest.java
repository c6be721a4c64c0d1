package nereus.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import nereus.Frontend;
import nereus.chaos.KillProof.Victim;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes, killed with signal 9 under load. {@code -Dkills=50} is the long run, {@code -Dseed=} chooses the moments again (what
 * the processes are doing then is theirs).
 */
class KillProofTest {
    private static final int KILLS = Integer.getInteger("kills", 2);
    private static final int AGENT_KILLS = Math.max(1, KILLS / 5);

    @TempDir
    private Path work;

    @Test
    void noClaimIsLostOrGivenTwiceHoweverOftenTheServiceIsKilled() throws Exception {
        prove(random -> random.nextInt(4) == 0 ? Victim.SERVICE_TWICE : Victim.SERVICE, KILLS);
    }

    @Test
    void whatWasAcknowledgedIsOnTheAgentsDiskAndThePoolComesBackWhenTheAgentIsKilled() throws Exception {
        Victim[] last = {Victim.AGENT};
        prove(random -> last[0] = last[0] == Victim.AGENT ? Victim.BOTH : Victim.AGENT, AGENT_KILLS);
    }

    private interface Choice {
        Victim next(java.util.random.RandomGenerator random);
    }

    private void prove(Choice choice, int kills) throws Exception {
        long seed = Long.getLong("seed", ThreadLocalRandom.current().nextLong(1L << 40));
        var random = new java.util.SplittableRandom(~seed);
        try (KillProof proof = new KillProof(work, seed)) {
            try {
                proof.begin();
                while (proof.figures().kills() < kills && proof.figures().broken().isEmpty()) {
                    proof.kill(choice.next(random));
                }
                proof.end();
            } finally {
                System.out.println(proof.table());
                Files.writeString(Path.of("target", "kill-proof.txt"), proof.table() + "\n",
                        java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
            }
            assertEquals(List.of(), proof.figures().broken(), proof::table);
            assertEquals(Set.of(), proof.twice(), proof::table);
        }
        try {
            Frontend.eventually("no process of the runners is left", () -> leftBehind().isEmpty());
        } catch (AssertionError left) {
            throw new AssertionError("processes are left: " + leftBehind(), left);
        }
    }

    private Set<String> leftBehind() {
        return ProcessHandle.allProcesses().map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(work.toString())).collect(Collectors.toSet());
    }
}
