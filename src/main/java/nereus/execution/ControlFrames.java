package nereus.execution;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;

/**
 * Stands between a client's control frames and Vert.x 5.0. A close frame is answered with 1000, whatever its code was: Vert.x echoes
 * the code, also 1005 for a frame without one, which must never be sent. A ping of a client that does not read is not answered: Vert.x
 * would keep its pongs without bound.
 */
final class ControlFrames extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof CloseWebSocketFrame frame) {
            frame.release();
            super.channelRead(context, new CloseWebSocketFrame(1000, ""));
        } else if (message instanceof PingWebSocketFrame ping && !context.channel().isWritable()) {
            ping.release();
        } else {
            super.channelRead(context, message);
        }
    }
}
