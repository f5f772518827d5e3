package org.qkdmesh.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Closes an HTTP/1.1 connection whose caller sends many requests ahead without waiting for answers. Vert.x keeps all of
 * them in a list that it walks for each, so that one caller could fill the memory and hold up the event loop; and it has
 * no setting against it.
 */
final class PipeliningLimit extends ChannelDuplexHandler {

    private static final int AHEAD = 16;

    private final Runnable whenExceeded;
    private int unanswered;
    private boolean exceeded;

    private PipeliningLimit(Runnable whenExceeded) {
        this.whenExceeded = whenExceeded;
    }

    /** Has no effect on HTTP/2. */
    static void on(HttpConnection connection, Runnable whenExceeded) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        ChannelHandlerContext http1 = pipeline.context(HttpResponseEncoder.class);
        if (http1 != null) {
            pipeline.addAfter(http1.name(), "pipelining-limit", new PipeliningLimit(whenExceeded));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest && ++unanswered > AHEAD && !exceeded) {
            exceeded = true;
            whenExceeded.run();
            context.close();
        }
        if (exceeded) {
            ReferenceCountUtil.release(message);
        } else {
            super.channelRead(context, message);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpResponse response
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            unanswered--;
        }
        super.write(context, message, promise);
    }
}
