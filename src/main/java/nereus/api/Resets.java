package nereus.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;

/**
 * Makes a connection that the client has reset a closed one. Vert.x 5.0.10 itself throws a NullPointerException then, when another
 * request was waiting behind the one that is being answered, and Netty logs it.
 */
final class Resets extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        if (cause instanceof IOException || !channel.channel().isActive()) {
            // Netty fails in its own ways when it goes on with a connection that is gone. Its outcome is told by the close handler.
            var _ = channel.close();
        } else {
            channel.fireExceptionCaught(cause);
        }
    }
}
