package org.qkdmesh.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Lets a connection's bytes lie in the socket for a while: what is not read is neither decrypted nor parsed nor answered,
 * and in the end its sender has to wait. First in the pipeline, so that no other handler reads past it. Used on the
 * event loop only.
 */
final class PacedReading extends ChannelDuplexHandler {

    private final Channel channel;
    private boolean paused;
    private boolean wanted;

    private PacedReading(Channel channel) {
        this.channel = channel;
    }

    static PacedReading on(Channel channel) {
        PacedReading reading = new PacedReading(channel);
        channel.pipeline().addFirst("paced-reading", reading);
        return reading;
    }

    void pause() {
        if (!paused) {
            wanted = channel.config().isAutoRead();
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    void resume() {
        if (paused) {
            paused = false;
            if (wanted && channel.config().isAutoRead()) {
                // Switched on meanwhile, which did not get past here.
                channel.read();
            } else if (wanted) {
                channel.config().setAutoRead(true);
            }
        }
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
