package nereus.devagent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A GET over a bare socket, read line by line as it stands on the wire. */
final class LineSocket implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader in;
    private final String head;

    LineSocket(URI address, String target) throws IOException {
        socket = new Socket(address.getHost(), address.getPort());
        socket.getOutputStream().write(Call.bytes("GET " + target + " HTTP/1.1\r\nHost: nomad\r\n\r\n"));
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder text = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            text.append(line).append('\n');
        }
        head = text.toString();
    }

    String head() {
        return head;
    }

    List<String> lines(int number) throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < number) {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("the connection ended after " + lines);
            }
            lines.add(line);
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
