package nereus;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Sends hostile requests one after another, over one connection for as long as it lasts, and hears what comes back. */
final class HostileClient implements AutoCloseable {
    /** Hears each answer and each message. */
    interface Listener {
        /**
         * An answer came.
         *
         * @param first false for what followed the answer of a request whose end was unclear
         */
        void answered(HostileRequest request, RawAnswer answer, boolean first);

        /** Nothing came back, and nothing had to. */
        void unanswered(HostileRequest request);

        void message(String text);

        void wrong(HostileRequest request, String what);
    }

    private static final int PATIENCE_MILLIS = 30_000;
    /** A program without a time limit may wait for input for as long as its client is there. */
    private static final int SILENCE_MILLIS = 5_000;
    /** Masked with zeroes: a line, the end of input, a binary frame, a broken one, no UTF-8, one without a mask, an endless one. */
    private static final String[] FRAMES = {"\u0081\u0082\0\0\0\0x\n", "\u0081\u0081\0\0\0\0\u0004",
            "\u0082\u0081\0\0\0\0x", "\u00ff\u0081\0\0\0\0x", "\u0081\u0082\0\0\0\0\u00ff\u00fe", "\u0081\u0001x",
            "\u0081\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0\0\0x", "\u0089\u0080\0\0\0\0",
            "\u0088\u0082\0\0\0\0\u0003\u00e8", "\u0001\u0081\0\0\0\0x\u0001\u0081\0\0\0\0x", "GET / HTTP/1.1\r\n\r\n"};

    private final int port;
    private final Listener listener;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    HostileClient(int port, Listener listener) {
        this.port = port;
        this.listener = listener;
    }

    void send(HostileRequest request, Random random) {
        try {
            switch (request.manner()) {
                case POLITE -> polite(request);
                case SLOPPY -> sloppy(request, random);
                case RESETTING -> resetting(request, random);
                case HALF_CLOSED -> halfClosed(request);
            }
        } catch (SocketTimeoutException hangs) {
            close();
            listener.wrong(request, "neither answered nor closed");
        } catch (IOException broken) {
            close();
            // What the server closes while we still send may reach us as a reset, before its answer does.
            listener.unanswered(request);
        }
    }

    private void polite(HostileRequest request) throws IOException {
        boolean used = socket != null;
        Socket open = open();
        int answered = 0;
        try {
            open.getOutputStream().write(request.bytes().getBytes());
            for (; answered < request.times(); answered++) {
                RawAnswer answer = read(request);
                if (answer == null) {
                    throw new EOFException();
                }
                listener.answered(request, answer, true);
                if (answer.closes() || refusedByParser(answer)) {
                    close();
                    return;
                }
            }
        } catch (SocketTimeoutException hangs) {
            throw hangs;
        } catch (IOException closed) {
            close();
            if (used && answered == 0) {
                // It was idle for too long: once more, over a new one.
                polite(request);
                return;
            }
            throw closed;
        }
    }

    /** What is no HTTP: the server closes after it, without a word. */
    private static boolean refusedByParser(RawAnswer answer) {
        return answer.type().isEmpty() && (answer.status() == 400 || answer.status() == 414 || answer.status() == 431);
    }

    private void sloppy(HostileRequest request, Random random) throws IOException {
        close();
        Socket open = open();
        open.getOutputStream().write(request.bytes().getBytes());
        boolean first = true;
        for (RawAnswer answer = read(request); answer != null; answer = read(request)) {
            listener.answered(request, answer, first);
            first = false;
            if (answer.status() == 101) {
                talk(open, random);
                break;
            }
            // A well-formed one without an answer to come is over.
            if (!answer.closes() && open.getInputStream().available() == 0 && random.nextInt(4) > 0) {
                break;
            }
        }
        if (first) {
            listener.unanswered(request);
        }
        close();
    }

    private void resetting(HostileRequest request, Random random) throws IOException {
        close();
        Socket open = open();
        open.setSoLinger(true, 0);
        int length = random.nextBoolean() ? request.bytes().length() : random.nextInt(request.bytes().length());
        open.getOutputStream().write(request.bytes().getBytes(), 0, length);
        if (random.nextBoolean()) {
            open.setSoTimeout(1 + random.nextInt(10));
            try {
                open.getInputStream().read();
            } catch (SocketTimeoutException nothingYet) {
                open.setSoTimeout(PATIENCE_MILLIS);
            }
        }
        close();
        listener.unanswered(request);
    }

    private void halfClosed(HostileRequest request) throws IOException {
        close();
        Socket open = open();
        open.getOutputStream().write(request.bytes().getBytes());
        open.shutdownOutput();
        RawAnswer answer = read(request);
        if (answer == null) {
            listener.unanswered(request);
        } else {
            listener.answered(request, answer, true);
        }
        close();
    }

    /** Types something into an execution, sensible or not, and hears it to its end, or leaves. */
    private void talk(Socket open, Random random) throws IOException {
        for (int i = random.nextInt(3); i > 0; i--) {
            open.getOutputStream().write(FRAMES[random.nextInt(FRAMES.length)].getBytes(StandardCharsets.ISO_8859_1));
        }
        if (random.nextInt(4) == 0) {
            open.setSoLinger(true, 0);
            return;
        }
        InputStream from = from();
        open.setSoTimeout(SILENCE_MILLIS);
        while (true) {
            int kind;
            try {
                kind = from.read();
            } catch (SocketTimeoutException silence) {
                return;
            }
            int length = from.read();
            if (length == 126) {
                length = from.read() * 256 + from.read();
            }
            if (kind < 0 || kind == 0x88 || length < 0) {
                return;
            }
            byte[] payload = from.readNBytes(length);
            if (kind == 0x81) {
                listener.message(new String(payload, StandardCharsets.UTF_8));
            }
        }
    }

    private @Nullable RawAnswer read(HostileRequest request) throws IOException {
        return RawAnswer.read(from(), request.method().equals("HEAD"));
    }

    private InputStream from() throws IOException {
        InputStream from = in;
        if (from == null) {
            throw new EOFException("not connected");
        }
        return from;
    }

    private Socket open() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket(InetAddress.getLoopbackAddress(), port);
            open.setSoTimeout(PATIENCE_MILLIS);
            open.setTcpNoDelay(true);
            socket = open;
            in = new BufferedInputStream(open.getInputStream());
        }
        return open;
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        in = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException alreadyGone) {
                throw new AssertionError(alreadyGone);
            }
        }
    }
}
