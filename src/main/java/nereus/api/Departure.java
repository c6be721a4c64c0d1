package nereus.api;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How a client leaves, by a reset or by a close frame: either way Vert.x hears only that the connection is closed. Vert.x 5.0.10 itself
 * throws, and Netty logs it, when a connection is reset while a request waits behind the one that is being answered, and when it ends
 * while a close frame is on its way or comes twice.
 */
final class Departure extends ChannelDuplexHandler {
    /** A client that has closed and does not read our answer is cut off then. */
    private static final int PATIENCE_SECONDS = 1;

    private boolean left;
    private boolean dismissed;

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        // Netty fails in ways of its own when it goes on with a connection that is gone.
        if (cause instanceof IOException || !channel.channel().isActive()) {
            end(channel);
        } else {
            channel.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
        if (left) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof CloseWebSocketFrame close) {
            left = true;
            close.release();
            answer(channel);
        } else {
            channel.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext channel, Object message, ChannelPromise promise) {
        dismissed |= message instanceof CloseWebSocketFrame;
        // Its outcome is the promise's.
        var _ = channel.write(message, promise);
    }

    /** With 1000, whatever the client's code was. */
    private void answer(ChannelHandlerContext channel) {
        if (dismissed) {
            end(channel);
        } else {
            var _ = channel.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(sent -> end(channel));
            var _ = channel.executor().schedule(() -> end(channel), PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void end(ChannelHandlerContext channel) {
        // Its outcome is told by the close handler.
        var _ = channel.close();
    }
}
