package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that were just accepted, of which the address is all that is known. */
class NewcomersTest {

    private static final int PORT = 9000;

    /** A channel with addresses. */
    private static final class At extends EmbeddedChannel {

        private final InetSocketAddress remote;

        At(String remote, ChannelHandler... handlers) {
            super(handlers);
            this.remote = new InetSocketAddress(remote, PORT);
        }

        @Override
        protected SocketAddress localAddress0() {
            return new InetSocketAddress("127.0.0.1", PORT);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return remote;
        }
    }

    private final List<String> closed = new ArrayList<>();
    private final At listening =
            new At("127.0.0.1", new Newcomers((port, address) -> closed.add(port + " " + address.getHostAddress())));

    @AfterEach
    void close() {
        listening.releaseInbound();
        listening.close();
    }

    private Channel comes(String address) {
        At newcomer = new At(address);
        listening.writeInbound(newcomer);
        return newcomer;
    }

    private List<Channel> come(String address, int times) {
        return Stream.generate(() -> comes(address)).limit(times).toList();
    }

    private List<Channel> letIn() {
        List<Channel> in = new ArrayList<>();
        listening.runScheduledPendingTasks();
        for (Channel next = listening.readInbound(); next != null; next = listening.readInbound()) {
            in.add(next);
        }
        return in;
    }

    /** After it the address has used up what comes at once. */
    private void firstLot(String address) {
        for (int i = 0; i < Newcomers.FIRST_LOT; i++) {
            comes(address).close();
        }
        assertThat(letIn()).hasSizeGreaterThanOrEqualTo(Newcomers.FIRST_LOT);
    }

    @Test
    void thoseBeyondWhatIsUsual_waitInLine_whileOthersGetIn() {
        firstLot("10.0.0.1");
        List<Channel> waiting = come("10.0.0.1", 20);
        Channel other = comes("10.0.0.2");

        List<Channel> in = new ArrayList<>();
        await().until(() -> in.addAll(letIn()) && in.contains(other));
        await().until(() -> {
            in.addAll(letIn());
            return in.size() == 21;
        });
        in.remove(other);
        assertThat(in).containsExactlyElementsOf(waiting);
        assertThat(closed).isEmpty();
    }

    @Test
    void whoeverFindsTheLineFull_isClosed_andItIsToldFromWhere() {
        firstLot("10.0.0.1");
        List<Channel> came = come("10.0.0.1", Newcomers.LINE + 100);

        assertThat(came.get(0).isOpen()).isTrue();
        assertThat(came.subList(Newcomers.LINE, came.size())).anyMatch(channel -> !channel.isOpen());
        assertThat(closed).contains(PORT + " 10.0.0.1");
    }

    @Test
    void linesOfAllAddressesTogether_areBounded() {
        int addresses = 2 * Newcomers.ALL_LINES / Newcomers.LINE;
        for (int i = 1; i <= addresses; i++) {
            firstLot("10.0.0." + i);
            come("10.0.0." + i, Newcomers.LINE);
        }
        assertThat(closed).contains(PORT + " 10.0.0." + addresses);
    }

    @Test
    void anAddressOfIpv6_isWorthNoMoreThanItsNetwork() {
        firstLot("2001:db8::1");
        come("2001:db8::2", Newcomers.LINE + 100);

        // One in twenty milliseconds leaves the line, and makes room.
        assertThat(come("2001:db8::3", 100)).anyMatch(channel -> !channel.isOpen());
        assertThat(comes("2001:db8:0:1::3").isOpen()).isTrue();
    }

    @Test
    void tooManyHandshakesOfOneAddress_makeRoomForTheNext() {
        List<Channel> came = come("10.0.0.1", Newcomers.OF_ONE_ADDRESS + 1);

        assertThat(came.get(0).isOpen()).isFalse();
        assertThat(came.subList(1, came.size())).allMatch(Channel::isOpen);
        assertThat(closed).containsExactly(PORT + " 10.0.0.1");
    }
}
