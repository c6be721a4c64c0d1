package nereus.files;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import nereus.execution.Executions;
import nereus.execution.FileSession;
import nereus.runner.Claimed;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;

/** What makes a runner unavailable is logged, and so it does not say which file somebody asked for, or has. */
class NamesStayOutOfTheLogTest {
    private static final String SECRET = "private-name-31cd";

    private static String said(FileSession.Found found) {
        Executions executions = mock(Executions.class);
        FileSession session = mock(FileSession.class);
        when(executions.files(any(), any())).thenReturn(Future.succeededFuture(session));
        when(session.list(any(), anyBoolean(), anyBoolean(), anyInt(), any()))
                .thenReturn(Future.succeededFuture(found));
        Files files = Files.in(executions,
                FilesSettings.read(Configuration.withoutFile(Map.of()).section("files")));
        return String.valueOf(assertThrows(FilesException.Unavailable.class, () -> files
                .list(new Claimed("1-a", 1, "allocation", 0, List.of()), FilePath.of(SECRET), true, false))
                .getMessage());
    }

    @Test
    void aListingThatFailsOrCannotBeReadIsSaidWithoutNames() {
        assertFalse(said(new FileSession.Found(2, Buffer.buffer(), false)).contains(SECRET));
        String program = SECRET + "\0" + SECRET + "\0" + "0\0u\0g\0\0" + SECRET + "\0";
        assertFalse(said(new FileSession.Found(0, Buffer.buffer(program), false)).contains(SECRET));
    }
}
