package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A handshake by the JDK, whose work on another thread is never begun. */
class FirstBytesTest {

    private final List<Runnable> work = new ArrayList<>();
    private final EmbeddedChannel connection = new EmbeddedChannel();

    /** How often the socket was asked for more. */
    private int reads;

    @BeforeEach
    void beginHandshake() throws Exception {
        SSLEngine server = SSLContext.getDefault().createSSLEngine();
        server.setUseClientMode(false);
        connection.pipeline().addLast(new SslHandler(server, false, work::add));
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        connection.writeInbound(Unpooled.wrappedBuffer(hello.flip()));
        assertThat(work).hasSize(1);
        FirstBytes.bound(connection);
        connection.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext context) {
                reads++;
                context.read();
            }
        });
    }

    @Test
    void connection_isNotReadPastItsFirstBytes_whileItsHandshakeIsUnderWay() {
        connection.writeInbound(Unpooled.wrappedBuffer(new byte[FirstBytes.MOST - 1]));
        assertThat(connection.config().isAutoRead()).isTrue();
        reads = 0;
        connection.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
        assertThat(connection.config().isAutoRead()).isFalse();
        assertThat(reads).isZero();
    }

    @Test
    void connection_withoutTls_isReadOn() {
        EmbeddedChannel plain = new EmbeddedChannel();
        FirstBytes.bound(plain);
        plain.writeInbound(Unpooled.wrappedBuffer(new byte[2 * FirstBytes.MOST]));
        assertThat(plain.config().isAutoRead()).isTrue();
        plain.releaseInbound();
    }
}
