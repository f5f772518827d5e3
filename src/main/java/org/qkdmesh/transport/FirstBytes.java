package org.qkdmesh.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Bounds what is read of a connection before it is known who is at the other end. While its certificate is looked at, on
 * another thread, the library keeps whatever comes, and decrypts all of it at once when that is done: as much as anybody can
 * send in that time, and nobody has asked who it is. Used on the event loop only.
 */
final class FirstBytes extends ChannelDuplexHandler {

    /** Each message of a handshake is 32 KiB at most in the JDK, and those of a caller are some KiB altogether. */
    static final int MOST = 64 << 10;

    private int left = MOST;

    private FirstBytes() {}

    static void bound(Channel newcomer) {
        newcomer.pipeline().addFirst("first-bytes", new FirstBytes());
    }

    /** From now on somebody else decides how much is read. */
    static void over(Channel connection) {
        FirstBytes first = connection.pipeline().get(FirstBytes.class);
        if (first != null) {
            connection.pipeline().remove(first);
            connection.config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes && !isFull()) {
            left -= bytes.readableBytes();
            if (isFull()) {
                context.channel().config().setAutoRead(false);
            }
        }
        context.fireChannelRead(message);
    }

    /** The handler for TLS asks for more until the handshake is over. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!isFull()) {
            context.read();
        }
    }

    private boolean isFull() {
        return left <= 0;
    }
}
