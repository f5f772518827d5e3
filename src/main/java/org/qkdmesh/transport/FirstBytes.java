package org.qkdmesh.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;

/**
 * Bounds what is read of a connection before its handshake is over. While its certificate is looked at, on another thread, the
 * handler for TLS keeps whatever comes, and decrypts all of it at once when that is done: as much as can be sent in that time,
 * by anybody. Used on the event loop only.
 */
final class FirstBytes extends ChannelDuplexHandler {

    /** Each message of a handshake is 32 KiB at most in the JDK, and those of a caller are some KiB altogether. */
    static final int MOST = 64 << 10;

    private int bytesRead;

    private FirstBytes() {}

    static void bound(Channel newcomer) {
        newcomer.pipeline().addFirst("first-bytes", new FirstBytes());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (bytesRead == 0) {
            expectEndOfHandshake(context);
        }
        bytesRead += ((ByteBuf) message).readableBytes();
        if (isFull() && !context.isRemoved()) {
            context.channel().config().setAutoRead(false);
        }
        context.fireChannelRead(message);
    }

    private void expectEndOfHandshake(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls == null) {
            context.pipeline().remove(this);
            return;
        }
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess() && !context.isRemoved()) {
                context.pipeline().remove(this);
                context.channel().config().setAutoRead(true);
            }
        });
    }

    /** The handler for TLS asks for more until the handshake is over. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!isFull()) {
            context.read();
        }
    }

    private boolean isFull() {
        return bytesRead >= MOST;
    }
}
