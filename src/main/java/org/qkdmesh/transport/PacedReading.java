package org.qkdmesh.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/**
 * Lets a connection's bytes lie in the socket for a while: what is not read is neither decrypted nor parsed nor answered,
 * and in the end its sender has to wait. First in the pipeline, so that no other handler reads past it; what had been read
 * by then, with the end of the handshake, waits behind the one for TLS. Used on the event loop only.
 */
final class PacedReading extends ChannelDuplexHandler {

    /** Of a connection that is looked at closely: a few requests, also where thousands came in one record of TLS. */
    private static final int STEP_BYTES = 256;

    private final Channel channel;
    private final IntConsumer bytesRead;
    private final Held held = new Held();
    private boolean inSteps;
    private boolean paused;
    private boolean wanted;

    /** What was decrypted and not looked at: at most what one read brings. */
    private final class Held extends ChannelInboundHandlerAdapter {

        private final Deque<Object> messages = new ArrayDeque<>();
        private ChannelHandlerContext context;

        @Override
        public void handlerAdded(ChannelHandlerContext own) {
            context = own;
        }

        @Override
        public void channelRead(ChannelHandlerContext own, Object message) {
            if (paused) {
                messages.addLast(message);
            } else {
                pass(message);
            }
        }

        private void pass(Object message) {
            if (!inSteps || !(message instanceof ByteBuf bytes)) {
                context.fireChannelRead(message);
                return;
            }
            while (!paused && bytes.readableBytes() > STEP_BYTES) {
                context.fireChannelRead(bytes.readRetainedSlice(STEP_BYTES));
            }
            if (paused) {
                messages.addFirst(bytes);
            } else {
                context.fireChannelRead(bytes);
            }
        }

        void goOn() {
            if (messages.isEmpty()) {
                return;
            }
            while (!paused && !messages.isEmpty()) {
                pass(messages.removeFirst());
            }
            context.fireChannelReadComplete();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext own) {
            messages.forEach(ReferenceCountUtil::release);
            messages.clear();
        }
    }

    private PacedReading(Channel channel, IntConsumer bytesRead) {
        this.channel = channel;
        this.bytesRead = bytesRead;
    }

    /** @param bytesRead is told how many bytes came, before anything is done with them */
    static PacedReading on(Channel channel, IntConsumer bytesRead) {
        PacedReading reading = new PacedReading(channel, bytesRead);
        channel.pipeline().addFirst("paced-reading", reading);
        ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
        if (tls != null) {
            channel.pipeline().addAfter(tls.name(), "paced-reading-held", reading.held);
        }
        return reading;
    }

    /** From now on looks after a few requests at most whether it was paused meanwhile. */
    void readInSteps() {
        inSteps = true;
    }

    void pause() {
        if (!paused) {
            wanted = channel.config().isAutoRead();
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    void resume() {
        if (!paused) {
            return;
        }
        paused = false;
        // First, so that whoever pauses by what was held finds it switched on, and it is on once that is over.
        if (wanted && channel.config().isAutoRead()) {
            // Switched on meanwhile, which did not get past here.
            channel.read();
        } else if (wanted) {
            channel.config().setAutoRead(true);
        }
        held.goOn();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            bytesRead.accept(bytes.readableBytes());
        }
        context.fireChannelRead(message);
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (paused) {
            wanted = true;
        } else {
            context.read();
        }
    }
}
