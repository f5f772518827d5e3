package org.qkdmesh.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Lets requests over HTTP/2 beyond the number that the caller was told of reach the server, which ends the connection at the
 * first of them ({@link Connection#isOverrun}). Once the caller has said that he heard of it, the library would refuse each by
 * itself, with an exception and a frame of its own: thousands, before anybody else is heard.
 */
final class ExcessStreams extends Http2FrameListenerDecorator {

    private final Http2Connection.Endpoint<?> caller;

    private ExcessStreams(Http2FrameListener listener, Http2Connection.Endpoint<?> caller) {
        super(listener);
        this.caller = caller;
    }

    /** Has no effect on HTTP/1.1. */
    static void letThrough(HttpConnection connection) {
        Http2ConnectionHandler http2 =
                ((ConnectionBase) connection).channel().pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null) {
            Http2FrameListener listener = http2.decoder().frameListener();
            http2.decoder()
                    .frameListener(
                            new ExcessStreams(listener, http2.connection().remote()));
        }
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
        super.onSettingsAckRead(context);
        // The library has put its own limit in force just before this.
        caller.maxActiveStreams(Integer.MAX_VALUE);
    }
}
