package nereus.nomad;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One of Nomad's exec frames, with so many bytes of output; a terminal's carry 1 KiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FramesBenchmark {
    @Param({"16", "1024", "32768"})
    public int bytes;

    private final ExecFrames frames = new ExecFrames();
    private final Count count = new Count();
    private byte[] frame = {};
    private byte[] unusual = {};
    private byte[] input = {};

    private static final class Count implements ExecFrames.Sink {
        private long seen;

        @Override
        public void stdout(Buffer data) {
            seen += data.length();
        }

        @Override
        public void stderr(Buffer data) {
            seen += data.length();
        }

        @Override
        public void exited(int code) {
            throw new AssertionError(code);
        }
    }

    @Setup
    public void fill() {
        input = new byte[bytes];
        new Random(1).nextBytes(input);
        String data = Base64.getEncoder().encodeToString(input);
        frame = ("{\"stdout\":{\"data\":\"" + data + "\"}}").getBytes(StandardCharsets.US_ASCII);
        unusual = ("{ \"stdout\": {\"data\": \"" + data + "\"}}").getBytes(StandardCharsets.US_ASCII);
    }

    /** As Nomad writes it. */
    @Benchmark
    public long decode() throws IOException {
        frames.decode(frame, count);
        return count.seen;
    }

    /** As somebody else might, which takes the way through Jackson. */
    @Benchmark
    public long decodeUnusual() throws IOException {
        frames.decode(unusual, count);
        return count.seen;
    }

    @Benchmark
    public String encodeInput() {
        return ExecFrames.input(input);
    }
}
