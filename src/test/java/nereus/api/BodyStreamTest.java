package nereus.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

/** A body between the event loop and its reader, seen from both sides on one thread. */
class BodyStreamTest {
    private final HttpServerRequest request = mock(HttpServerRequest.class);
    private final Context context = mock(Context.class);
    private final List<Handler<Void>> scheduled = new ArrayList<>();

    @BeforeEach
    void schedule() {
        doAnswer(call -> scheduled.add(call.getArgument(0))).when(context).runOnContext(any());
    }

    @Test
    void nothingIsTakenBeforeTheReaderAsks() throws IOException {
        BodyStream body = body(Long.MAX_VALUE);
        verify(request).pause();
        assertEquals(0, scheduled.size());

        chunks().handle(Buffer.buffer("a"));
        assertEquals('a', body.read());
        scheduled.getFirst().handle(null);
        verify(request).resume();
    }

    @Test
    void theSocketIsPausedWhileTheReaderIsBehind() throws IOException {
        BodyStream body = body(Long.MAX_VALUE);
        Handler<Buffer> arrived = chunks();
        arrived.handle(Buffer.buffer("a"));
        assertEquals('a', body.read());
        scheduled.clear();
        clearInvocations(request);
        arrived.handle(Buffer.buffer(new byte[BodyStream.FULL - 1]));
        verify(request, never()).pause();
        arrived.handle(Buffer.buffer(new byte[1]));
        arrived.handle(Buffer.buffer(new byte[1]));
        verify(request).pause();

        assertEquals(BodyStream.FULL / 2, body.readNBytes(BodyStream.FULL / 2).length);
        assertEquals(0, scheduled.size());
        assertEquals(1, body.readNBytes(1).length);
        assertEquals(1, scheduled.size());
        verify(request, never()).resume();
        scheduled.getFirst().handle(null);
        verify(request).resume();
        clearInvocations(request);
        assertEquals(1000, body.readNBytes(1000).length);
        assertEquals(1, scheduled.size());
    }

    @Test
    void aReadTakesWhatIsThereAndEndsWithTheBody() throws IOException {
        BodyStream body = body(6);
        Handler<Buffer> arrived = chunks();
        arrived.handle(Buffer.buffer("abc"));
        arrived.handle(Buffer.buffer());
        arrived.handle(Buffer.buffer("def"));
        byte[] bytes = new byte[8];

        assertEquals(3, body.read(bytes, 1, 7));
        assertEquals('d', body.read());
        assertEquals(2, body.read(bytes, 4, 2));
        assertArrayEquals("\0abcef\0\0".getBytes(StandardCharsets.US_ASCII), bytes);
        end();
        assertEquals(-1, body.read());
        assertTrue(body.drained());
    }

    @Test
    void whatIsTooLargeIsStillReadAwayForAWhile() throws IOException {
        BodyStream body = body(3);
        Handler<Buffer> arrived = chunks();
        arrived.handle(Buffer.buffer("abcd"));
        arrived.handle(Buffer.buffer("more"));
        end();

        assertEquals(413, assertThrows(Refusal.class, body::readAllBytes).answer().status());
        assertTrue(body.drained());
    }

    @Test
    void whatIsDeclaredTooLargeIsRefusedBeforeItsFirstByte() {
        when(request.getHeader("Content-Length")).thenReturn("4");

        assertEquals(413, assertThrows(Refusal.class, body(3)::read).answer().status());
    }

    @Test
    void aBodyThatStandsStillIsGivenUpAndNotWaitedForAgain() throws IOException {
        BodyStream body = new BodyStream(request, context, Duration.ofMillis(1), 10);
        chunks().handle(Buffer.buffer("a"));

        assertEquals(408, assertThrows(Refusal.class, body::readAllBytes).answer().status());
        assertFalse(body.drained());
    }

    @Test
    void aBodyThatDripsForLongIsGivenUp() {
        BodyStream body = new BodyStream(request, context, Duration.ofMillis(200), 1000);
        Handler<Buffer> arrived = chunks();
        // A byte each 20 ms never stands still for as long as that, and all of them take 20 times as long.
        Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 200; i++) {
                new CompletableFuture<Void>().completeOnTimeout(null, 20, TimeUnit.MILLISECONDS).join();
                arrived.handle(Buffer.buffer("a"));
            }
            end();
        });

        assertEquals(408, assertThrows(Refusal.class, body::readAllBytes).answer().status());
    }

    @Test
    void aBodyThatBreaksOffFailsTheReader() {
        BodyStream body = body(10);
        chunks().handle(Buffer.buffer("a"));
        ArgumentCaptor<Handler<Throwable>> broke = ArgumentCaptor.captor();
        verify(request).exceptionHandler(broke.capture());
        broke.getValue().handle(new IOException("reset"));

        assertThrows(IOException.class, body::read);
        assertThrows(IOException.class, body::drained);
    }

    private BodyStream body(long most) {
        return new BodyStream(request, context, Duration.ofSeconds(20), most);
    }

    private Handler<Buffer> chunks() {
        ArgumentCaptor<Handler<Buffer>> arrived = ArgumentCaptor.captor();
        verify(request).handler(arrived.capture());
        return arrived.getValue();
    }

    private void end() {
        ArgumentCaptor<Handler<Void>> ended = ArgumentCaptor.captor();
        verify(request).endHandler(ended.capture());
        ended.getValue().handle(null);
    }
}
