package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import nereus.environment.Environment;
import nereus.pool.Ask;
import nereus.pool.ClaimException;
import nereus.pool.Reservation;
import nereus.pool.WaitingClaim;
import nereus.runner.Claimed;
import nereus.runner.Line;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A claim that waits, as its client sees it. */
class WaitingTest {
    private final WaitingClaim waiting = mock(WaitingClaim.class);
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge();
        when(edge.claims.patience(anyInt(), any())).thenReturn(Duration.ofSeconds(20));
        when(edge.claims.waiting(any())).thenReturn(waiting);
        when(waiting.claim()).thenReturn(Edge.RUNNER);
    }

    @AfterEach
    void close() throws Exception {
        edge.close();
    }

    @Test
    void whoSaysThatItWaitsWaitsAndIsAnsweredAsEver() throws Exception {
        HttpResponse<String> answer = claim("{\"executionEnvironmentId\":7,\"inactivityTimeout\":120}", "wait=20");

        assertEquals(200, answer.statusCode());
        assertEquals("{\"runnerId\":\"1-abc\",\"mappedPorts\":[]}", answer.body());
        verify(edge.claims).patience(7, Optional.of(Duration.ofSeconds(20)));
        Ask ask = asked();
        assertEquals(List.of(7), ask.environments());
        assertEquals(Duration.ofSeconds(20), ask.patience());
        assertEquals(Duration.ofMinutes(2), ask.inactivityTimeout());
        verify(edge.claims, never()).claim(anyInt(), any(), any());
    }

    @Test
    void whoDoesNotSaySoWaitsAsIsSet() throws Exception {
        assertEquals(200, claim("{\"executionEnvironmentId\":7}", "return=minimal").statusCode());
        verify(edge.claims).patience(7, Optional.empty());

        when(edge.claims.patience(anyInt(), any())).thenReturn(Duration.ZERO);
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);
        assertEquals(200, claim("{\"executionEnvironmentId\":7}", "wait=0").statusCode());
        verify(edge.claims).claim(eq(7), eq(Duration.ZERO), any());
    }

    @Test
    void whoseTimeIsUpIsToldWhenToAskAgain() throws Exception {
        when(waiting.claim()).thenThrow(new ClaimException.NoRunner("none in 20 s", 7))
                .thenThrow(new ClaimException.NoRunner("no hope"));

        HttpResponse<String> answer = claim("{}", "wait=20");
        assertEquals(500, answer.statusCode());
        assertEquals("{\"message\":\"none in 20 s\",\"errorCode\":\"NOMAD_OVERLOAD\"}", answer.body());
        assertEquals("7", answer.headers().firstValue("Retry-After").orElseThrow());
        assertEquals("application/json", answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(Optional.empty(), claim("{}", "wait=20").headers().firstValue("Retry-After"));
    }

    @Test
    void whoLeavesWhileItWaitsLeavesTheLineAtOnce() throws Exception {
        CountDownLatch standing = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        when(waiting.claim()).thenAnswer(call -> {
            standing.countDown();
            assertTrue(gone.await(30, TimeUnit.SECONDS));
            throw new ClaimException.NoRunner("the claim was withdrawn");
        });
        org.mockito.Mockito.doAnswer(call -> {
            gone.countDown();
            return null;
        }).when(waiting).withdraw();
        try (Socket socket = edge.connect()) {
            socket.getOutputStream()
                    .write("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nPrefer: wait=20\r\nContent-Length: 2\r\n\r\n{}"
                            .getBytes(StandardCharsets.US_ASCII));
            assertTrue(standing.await(10, TimeUnit.SECONDS));
        }
        assertTrue(gone.await(10, TimeUnit.SECONDS), "the waiter still stands in the line");
    }

    @Test
    void whoHasLeftBeforeItsClaimBeganLeavesTheLineToo() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        when(edge.claims.patience(anyInt(), any())).thenAnswer(call -> {
            asked.countDown();
            assertTrue(left.await(10, TimeUnit.SECONDS));
            return Duration.ofSeconds(20);
        });
        try (Socket socket = edge.connect()) {
            socket.getOutputStream()
                    .write("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nPrefer: wait=20\r\nContent-Length: 2\r\n\r\n{}"
                            .getBytes(StandardCharsets.US_ASCII));
            assertTrue(asked.await(10, TimeUnit.SECONDS));
        }
        // The server has seen the close once it answers what was sent after it on its one event loop, several times over.
        for (int i = 0; i < 20; i++) {
            edge.get("/livez");
        }
        left.countDown();
        verify(waiting, timeout(10_000)).withdraw();
    }

    @Test
    void aStopSendsAwayWhoWaitsBeforeItWaitsForItsRequest() {
        edge.server.close();
        verify(edge.claims).stop();
    }

    @Test
    void whoAcceptsSeveralGetsOneOfThemAndIsToldWhich() throws Exception {
        when(edge.claims.labelled(any())).thenReturn(List.of(8, 9));

        HttpResponse<String> answer = claim(
                "{\"executionEnvironmentId\":7,\"executionEnvironmentIds\":[9,3000000000,1],"
                        + "\"labels\":{\"language\":\"python\"}}",
                "wait=20");
        assertEquals("{\"runnerId\":\"1-abc\",\"mappedPorts\":[],\"executionEnvironmentId\":1}", answer.body());
        assertEquals(List.of(9, 1, 8), asked().environments());
        verify(edge.claims).labelled(Map.of("language", "python"));
    }

    @Test
    void whoAcceptsSeveralAndDoesNotWaitIsServedByTheLineToo() throws Exception {
        when(edge.claims.patience(anyInt(), any())).thenReturn(Duration.ZERO);
        assertEquals(200, claim("{\"executionEnvironmentIds\":[9,1]}", "wait=0").statusCode());
        assertEquals(Duration.ZERO, asked().patience());
    }

    @Test
    void labelsThatNobodyHasAreToldSo() throws Exception {
        HttpResponse<String> answer = claim("{\"labels\":{\"language\":\"latin\"}}", "wait=20");
        assertEquals(404, answer.statusCode());
        assertEquals("{\"message\":\"there is no execution environment with the labels {language=latin}\"}",
                answer.body());
    }

    @Test
    void aClaimThatIsAskedAfterIsAcceptedCollectedAndGivenUp() throws Exception {
        Reservation reservation = mock(Reservation.class);
        when(edge.reservations.open(any())).thenReturn(reservation);
        when(edge.reservations.get("c-1")).thenReturn(reservation);
        when(reservation.collect()).thenReturn(view(Reservation.State.WAITING, 3, "", Optional.empty()));

        HttpResponse<String> accepted = claim("{\"executionEnvironmentId\":7}", "respond-async, wait=120");
        assertEquals(202, accepted.statusCode());
        assertEquals("/api/v1/claims/c-1", accepted.headers().firstValue("Location").orElseThrow());
        String waits = "{\"id\":\"c-1\",\"state\":\"waiting\",\"position\":3,\"expectedWait\":1.5,\"timeLeft\":60.0}";
        assertEquals(waits, accepted.body());
        assertEquals(waits, edge.get("/api/v1/claims/c-1").body());

        when(reservation.collect()).thenReturn(view(Reservation.State.CLAIMED, 0, "", Optional.of(Edge.RUNNER)));
        assertEquals("{\"id\":\"c-1\",\"state\":\"claimed\",\"runnerId\":\"1-abc\",\"mappedPorts\":[],"
                + "\"executionEnvironmentId\":1}", edge.get("/api/v1/claims/c-1").body());
        when(reservation.look()).thenReturn(view(Reservation.State.CLAIMED, 0, "", Optional.of(Edge.RUNNER)));
        assertEquals(409, edge.call("DELETE", "/api/v1/claims/c-1", "").statusCode());
        assertEquals("{\"runnerId\":\"1-abc\",\"mappedPorts\":[]}",
                claim("{\"executionEnvironmentId\":7}", "respond-async, wait=120").body(), "it need not come back");

        when(reservation.collect())
                .thenReturn(view(Reservation.State.FAILED, 0, "no such image", Optional.empty()));
        assertEquals("{\"id\":\"c-1\",\"state\":\"failed\",\"reason\":\"no such image\"}",
                edge.get("/api/v1/claims/c-1").body());
        when(reservation.collect()).thenReturn(view(Reservation.State.EXPIRED, 0, "too late", Optional.empty()));
        HttpResponse<String> over = edge.get("/api/v1/claims/c-1");
        assertEquals(410, over.statusCode());
        assertEquals("{\"message\":\"this claim is over: too late\"}", over.body());
        when(reservation.look()).thenReturn(view(Reservation.State.EXPIRED, 0, "too late", Optional.empty()));
        assertEquals(410, edge.call("DELETE", "/api/v1/claims/c-1", "").statusCode());
        when(reservation.giveUp()).thenReturn(true);
        assertEquals(204, edge.call("DELETE", "/api/v1/claims/c-1", "").statusCode());
    }

    @Test
    void aClaimThatCannotBeRecordedAtOnceIsNotLeftInTheLineByWhoWasNotToldItsId() throws Exception {
        Reservation reservation = mock(Reservation.class);
        when(edge.reservations.open(any())).thenReturn(reservation);
        when(reservation.collect()).thenThrow(new ClaimException.NotRecorded("no leader"));

        HttpResponse<String> refused = claim("{\"executionEnvironmentId\":7}", "respond-async, wait=120");

        assertEquals(500, refused.statusCode());
        assertTrue(refused.body().contains("no leader"), refused.body());
        verify(reservation, times(2)).collect();
        verify(reservation).giveUp();
        verify(edge.reservations).forget(reservation);
    }

    @Test
    void aClaimThatHasNoHopeIsNotAccepted() throws Exception {
        Reservation reservation = mock(Reservation.class);
        when(edge.reservations.open(any())).thenReturn(reservation);
        when(reservation.collect())
                .thenReturn(view(Reservation.State.FAILED, 0, "no such image", Optional.empty()));

        HttpResponse<String> refused = claim("{\"executionEnvironmentId\":7}", "respond-async, wait=120");

        assertEquals(500, refused.statusCode());
        assertEquals("{\"message\":\"no such image\",\"errorCode\":\"NOMAD_OVERLOAD\"}", refused.body());
    }

    private static Reservation.View view(Reservation.State state, int position, String reason,
            Optional<Claimed> runner) {
        return new Reservation.View("c-1", state, position,
                position == 0 ? OptionalLong.empty() : OptionalLong.of(1_500_000_000), Duration.ofMinutes(1), reason,
                runner, 1);
    }

    @Test
    void statisticsSayWhoWaitsAndHowLongItTook() throws Exception {
        when(edge.environments.all()).thenReturn(
                List.of(new Environment(7, 5, 20, 100, "image", false, List.of()),
                        new Environment(8, 5, 20, 100, "image", false, List.of())));
        when(edge.line.lengths()).thenReturn(Map.of(7, new Line.Length(3, System.nanoTime() - 2_000_000_000L)));
        when(edge.line.expected(7)).thenReturn(OptionalLong.of(1_500_000_000));
        when(edge.line.expected(8)).thenReturn(OptionalLong.empty());

        HttpResponse<String> answer = edge.get("/api/v1/statistics/claims");
        assertEquals(200, answer.statusCode());
        String reasons = "\"notGranted\":{\"noneIdle\":0,\"timedOut\":0,\"gaveUp\":0,\"hopeless\":0,\"stopping\":0,"
                + "\"notRecorded\":0},\"waits\":{\"p50\":0.0,\"p90\":0.0,\"p99\":0.0,\"longest\":0.0},\"waitedBesideIdle\":0}";
        assertEquals("{\"7\":{\"id\":7,\"waiting\":3,\"oldestWait\":#,\"expectedWait\":1.5,\"grantedAtOnce\":0,"
                + "\"grantedAfterWait\":0," + reasons
                + ",\"8\":{\"id\":8,\"waiting\":0,\"oldestWait\":0.0,\"expectedWait\":null,\"grantedAtOnce\":0,"
                + "\"grantedAfterWait\":0," + reasons + "}",
                answer.body().replaceFirst("(\"oldestWait\":)[0-9.]+", "$1#"));
    }

    private Ask asked() {
        var ask = org.mockito.ArgumentCaptor.forClass(Ask.class);
        verify(edge.claims).waiting(ask.capture());
        return ask.getValue();
    }

    private HttpResponse<String> claim(String body, String prefer) throws Exception {
        return edge.call("POST", "/api/v1/runners", body, "Prefer", prefer);
    }
}
