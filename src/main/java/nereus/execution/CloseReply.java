package nereus.execution;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;

/**
 * Lets a client's close frame be answered with 1000, whatever its code was. Vert.x 5.0 echoes the code, also 1005 for a frame without
 * one, which must never be sent.
 */
final class CloseReply extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof CloseWebSocketFrame frame) {
            frame.release();
            super.channelRead(context, new CloseWebSocketFrame(1000, ""));
        } else {
            super.channelRead(context, message);
        }
    }
}
