package nereus.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.List;
import nereus.runner.Claimed;
import org.junit.jupiter.api.Test;

class CountedFilesTest {
    private static final Claimed RUNNER = new Claimed("1-a", 1, "allocation", List.of());
    private static final FilePath PATH = FilePath.of("a");

    private final Files real = mock(Files.class);
    private final CountedFiles files = new CountedFiles(real);

    @Test
    void aRunnerIsBusyWhileItIsListedHoweverThatEnds() {
        when(real.list(any(), any(), anyBoolean(), anyBoolean())).thenAnswer(call -> {
            assertTrue(files.busy("1-a"));
            assertFalse(files.busy("1-b"));
            return List.of();
        }).thenThrow(new IllegalStateException());
        assertEquals(List.of(), files.list(RUNNER, PATH, false, false));
        assertFalse(files.busy("1-a"));
        assertThrows(IllegalStateException.class, () -> files.list(RUNNER, PATH, false, false));
        assertFalse(files.busy("1-a"));
    }

    @Test
    @SuppressWarnings("unchecked")
    void aRunnerIsBusyUntilItsLastDownloadIsWrittenOrAbandonedOrDoesNotOpen() {
        Download download = mock(Download.class);
        Promise<Void> written = Promise.promise();
        when(download.writeTo(any())).thenReturn(written.future());
        when(real.open(any(), any(), anyBoolean())).thenReturn(Future.succeededFuture(download))
                .thenReturn(Future.succeededFuture(mock(Download.class)))
                .thenReturn(Future.failedFuture("not there"));
        Download first = files.open(RUNNER, PATH, false).result();
        Download second = files.open(RUNNER, PATH, false).result();
        assertTrue(files.open(RUNNER, PATH, false).failed());
        first.writeTo(mock(WriteStream.class));
        second.abandon();
        second.abandon();
        assertTrue(files.busy("1-a"));
        written.complete();
        assertFalse(files.busy("1-a"));
        first.abandon();
        assertFalse(files.busy("1-a"));
    }
}
