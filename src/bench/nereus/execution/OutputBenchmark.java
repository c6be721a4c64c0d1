package nereus.execution;

import java.nio.charset.StandardCharsets;
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

/** The way of a program's output through us but for the sockets: marks, characters, the message for the client. One piece of so many bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OutputBenchmark {
    private static final String NONCE = "0123456789abcdef0123456789abcdef";

    @Param({"1024", "16384"})
    public int bytes;

    /** Lines of letters, letters of two bytes, and what must be escaped throughout. */
    @Param({"lines", "umlauts", "controls"})
    public String content = "lines";

    private byte[] piece = {};
    private String text = "";
    private Utf8 utf8 = new Utf8();
    private MarkScanner scanner = scanner();
    private long seen;

    @Setup
    public void fill() {
        String unit = switch (content) {
            case "lines" -> "0123456789abcdefghijklmnopqrstuvwxyz\r\n";
            case "umlauts" -> "\u00e4\u00f6\u00fc\u00df";
            default -> "\u0001\u001b\"\\";
        };
        byte[] one = unit.getBytes(StandardCharsets.UTF_8);
        piece = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            piece[i] = one[i % one.length];
        }
        text = new String(piece, StandardCharsets.UTF_8);
        utf8 = new Utf8();
        scanner = scanner();
        scanner.feed(("\u001b]" + NONCE + ";S\u0007").getBytes(StandardCharsets.US_ASCII));
    }

    private MarkScanner scanner() {
        return new MarkScanner(NONCE, new MarkScanner.Listener() {
            @Override
            public void text(byte[] all, int from, int to) {
                seen += to - from;
            }

            @Override
            public void started() {}

            @Override
            public void ended(int code) {}
        });
    }

    /** Where does the program end, and what is its own? */
    @Benchmark
    public long marks() {
        scanner.feed(piece);
        return seen;
    }

    @Benchmark
    public String characters() {
        return utf8.decode(piece, 0, piece.length);
    }

    @Benchmark
    public String message() {
        return Messages.stdout(text);
    }
}
