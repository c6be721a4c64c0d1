package nereus.execution;

import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.function.Consumer;

/** Collects a listing, which comes in parts of base64. */
final class Records implements Control.Parts {
    /** Bytes of a listing in one part; {@code files.sh} has the same number. */
    private static final int PART = 98_304;
    static final int MOST_PARTS = (12 << 20) / PART;

    private final Consumer<String> fail;
    private final ListingMemory memory;
    private final Buffer fields = Buffer.buffer();
    private Buffer part = Buffer.buffer();
    private int parts;
    private long taken;
    private boolean over;

    /** @param fail told why it is no listing; what comes after that does not count */
    Records(ListingMemory memory, Consumer<String> fail) {
        this.memory = memory;
        this.fail = fail;
    }

    Buffer fields() {
        return fields;
    }

    /** Whether there was more than can be held. */
    boolean full() {
        return parts >= MOST_PARTS;
    }

    @Override
    public void begin(long length) {
        // What lists runs as the learner's user, who may have taken it over: nothing it says is believed.
        if (length > 2 * PART || parts > MOST_PARTS)
            end("a listing of " + parts + " parts goes on with " + length + " bytes");
        part = Buffer.buffer();
    }

    @Override
    public void bytes(Buffer data) {
        if (!over)
            part.appendBuffer(data);
    }

    @Override
    public void end() {
        if (over)
            return;
        parts++;
        if (parts > 1) {
            if (!memory.take(PART)) {
                end("too many long listings are being made at once");
                return;
            }
            taken += PART;
        }
        try {
            fields.appendBytes(Base64.getDecoder().decode(part.getBytes()));
        } catch (IllegalArgumentException e) {
            end("the listing is not base64: " + e.getMessage());
        }
    }

    private void end(String why) {
        over = true;
        fail.accept(why);
    }

    /** Its memory is others' again. */
    void release() {
        memory.give(taken);
        taken = 0;
    }
}
