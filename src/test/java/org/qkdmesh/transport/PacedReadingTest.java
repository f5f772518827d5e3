package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes out of TLS, without TLS: the handler for it only stands where it would stand. */
class PacedReadingTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private PacedReading reading;

    /** How many more pieces are passed before the reading is paused by what they were. */
    private int untilPaused = Integer.MAX_VALUE;

    @BeforeEach
    void open() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(false);
        channel.pipeline().addLast(new SslHandler(engine));
        reading = PacedReading.on(channel, bytes -> {});
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                passed.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
                ((ByteBuf) message).release();
                if (--untilPaused == 0) {
                    reading.pause();
                }
            }
        });
    }

    @Test
    void connection_thatIsPausedAgainByWhatWasHeld_isReadOnceItIsResumed() {
        reading.pause();
        decrypted(new byte[100]);
        assertThat(passed.size()).isZero();

        untilPaused = 1;
        reading.resume();
        assertThat(passed.size()).isEqualTo(100);
        assertThat(channel.config().isAutoRead()).isFalse();

        reading.resume();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void record_thatPausesTheReading_isLookedAtInSteps_andNothingOfItIsLostOrOutOfOrder() {
        byte[] record = bytes(1_000);
        byte[] next = bytes(700);
        reading.readInSteps();
        untilPaused = 1;
        ByteBuf read = decrypted(record);
        decrypted(next);
        assertThat(passed.size()).isEqualTo(256);

        untilPaused = 2;
        reading.resume();
        assertThat(passed.size()).isEqualTo(768);

        reading.resume();
        assertThat(passed.toByteArray()).startsWith(record).endsWith(next).hasSize(1_700);
        assertThat(read.refCnt()).isZero();
    }

    @Test
    void record_isPassedAtOnce_whereNothingSpeaksAgainstItsSender() {
        untilPaused = 1;
        decrypted(bytes(1_000));
        assertThat(passed.size()).isEqualTo(1_000);
    }

    private ByteBuf decrypted(byte[] bytes) {
        ByteBuf read = Unpooled.copiedBuffer(bytes);
        channel.pipeline().context(SslHandler.class).fireChannelRead(read);
        return read;
    }

    private static byte[] bytes(int number) {
        byte[] bytes = new byte[number];
        new Random(number).nextBytes(bytes);
        return bytes;
    }
}
