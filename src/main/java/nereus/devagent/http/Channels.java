package nereus.devagent.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** Reaches the socket under an HTTP connection, to end it without a word or to write past the encoder. */
final class Channels {

    private Channels() {}

    /** Ends a connection without a word, not even a close frame. */
    static void cut(Channel channel) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        // Guard against a channel that is closed already: its pipeline is empty then.
        if (first != null) {
            var _ = first.close(); // past the handlers that would still say goodbye
        }
    }

    static Channel of(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }
}
