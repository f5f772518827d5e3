package org.qkdmesh.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.qkdmesh.policy.TokenBucket;

/**
 * Bounds the connections of which it is not known yet who is at the other end: a handshake costs a node some milliseconds
 * of a processor, one that is never finished some memory, and neither costs the other end much. Too many from one address,
 * and its oldest one makes room; too many in all, and the oldest of all does: who is in earnest is through before that.
 * More new ones a second from one address than is usual wait in line before anything is read of them, so that none gets past
 * the others by coming again and again; what finds the line full is closed.
 *
 * <p>Stands in the pipeline of the socket that listens, where a connection passes that was just accepted. Safe for use by
 * several threads.
 */
final class Newcomers extends ChannelInboundHandlerAdapter {

    /** So many handshakes of one address may be under way; of IPv6, of one network of 64 bits. */
    static final int OF_ONE_ADDRESS = 128;

    static final int OF_ALL = 512;

    /** New connections of one address, after a first lot. */
    static final int PER_SECOND = 50;

    static final int FIRST_LOT = 200;

    /** So many of one address, and of all, wait in line. */
    static final int LINE = 256;

    static final int ALL_LINES = 1024;

    /** As many addresses are remembered before those of which nothing came for long are looked for. */
    private static final int FEW = 1024;

    private static final int NETWORK_BYTES = 8;

    private enum Admission {
        IN,
        FIRST_IN_LINE,
        IN_LINE,
        REFUSED
    }

    private final Map<Channel, InetAddress> underWay = new LinkedHashMap<>();
    private final Map<InetAddress, Integer> ofAddress = new HashMap<>();
    private final Map<InetAddress, TokenBucket> rates = new HashMap<>();
    private final Map<InetAddress, Deque<Channel>> lines = new HashMap<>();
    private int inLine;
    private int sweepAt = FEW;
    private final BiConsumer<Integer, InetAddress> whenClosed;

    /** @param whenClosed is given the port, and the address that the connection came from which was closed */
    Newcomers(BiConsumer<Integer, InetAddress> whenClosed) {
        this.whenClosed = whenClosed;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel newcomer = (Channel) message;
        if (!(newcomer.remoteAddress() instanceof InetSocketAddress from)) {
            newcomer.unsafe().closeForcibly();
            return;
        }
        switch (admit(newcomer, network(from.getAddress()))) {
            case IN -> letIn(context, newcomer);
            case FIRST_IN_LINE -> lookAtLine(context, network(from.getAddress()));
            case IN_LINE -> {}
            case REFUSED -> {
                newcomer.unsafe().closeForcibly();
                tell(context, from.getAddress());
            }
        }
    }

    private void letIn(ChannelHandlerContext context, Channel newcomer) {
        InetAddress address = ((InetSocketAddress) newcomer.remoteAddress()).getAddress();
        Channel inTheWay = add(newcomer, network(address));
        newcomer.closeFuture().addListener((ChannelFuture closed) -> remove(closed.channel()));
        if (inTheWay != null) {
            inTheWay.close();
            tell(context, address);
        }
        FirstBytes.bound(newcomer);
        context.fireChannelRead(newcomer);
    }

    private void lookAtLine(ChannelHandlerContext context, InetAddress network) {
        long wait = microsToNext(network);
        context.executor().schedule(() -> takeFromLine(context, network), wait, TimeUnit.MICROSECONDS);
    }

    private void takeFromLine(ChannelHandlerContext context, InetAddress network) {
        letIn(context, nextInLine(network));
        if (isLine(network)) {
            lookAtLine(context, network);
        }
    }

    private void tell(ChannelHandlerContext listening, InetAddress address) {
        whenClosed.accept(((InetSocketAddress) listening.channel().localAddress()).getPort(), address);
    }

    /** It is known who is at the other end of this one. */
    static void arrived(Channel connection) {
        Channel listening = connection.parent();
        Newcomers newcomers = listening == null ? null : listening.pipeline().get(Newcomers.class);
        if (newcomers != null) {
            newcomers.remove(connection);
        }
    }

    private synchronized Admission admit(Channel newcomer, InetAddress network) {
        Deque<Channel> line = lines.get(network);
        if (line == null && rate(network).tryTake(1, PER_SECOND, FIRST_LOT, micros())) {
            return Admission.IN;
        }
        if (inLine == ALL_LINES || line != null && line.size() == LINE) {
            return Admission.REFUSED;
        }
        inLine++;
        lines.computeIfAbsent(network, first -> new ArrayDeque<>()).addLast(newcomer);
        return line == null ? Admission.FIRST_IN_LINE : Admission.IN_LINE;
    }

    private TokenBucket rate(InetAddress network) {
        long now = micros();
        if (rates.size() >= sweepAt) {
            rates.values().removeIf(rate -> rate.isFull(PER_SECOND, now));
            sweepAt = Math.max(FEW, 2 * rates.size());
        }
        return rates.computeIfAbsent(network, first -> new TokenBucket(now));
    }

    private synchronized long microsToNext(InetAddress network) {
        return rate(network).microsUntil(1, PER_SECOND, FIRST_LOT, micros());
    }

    private synchronized Channel nextInLine(InetAddress network) {
        rate(network).take(1);
        inLine--;
        Deque<Channel> line = lines.get(network);
        Channel next = line.removeFirst();
        if (line.isEmpty()) {
            lines.remove(network);
        }
        return next;
    }

    private synchronized boolean isLine(InetAddress network) {
        return lines.containsKey(network);
    }

    private static long micros() {
        return System.nanoTime() / 1000;
    }

    /** Returns the one that has to make room, if one has to. */
    private synchronized Channel add(Channel newcomer, InetAddress network) {
        boolean tooManyOfOne = ofAddress.getOrDefault(network, 0) >= OF_ONE_ADDRESS;
        Channel oldest = tooManyOfOne || underWay.size() >= OF_ALL ? oldest(tooManyOfOne ? network : null) : null;
        if (oldest != null) {
            remove(oldest);
        }
        underWay.put(newcomer, network);
        ofAddress.merge(network, 1, Integer::sum);
        return oldest;
    }

    /** @param of null for any */
    private Channel oldest(InetAddress of) {
        Iterator<Map.Entry<Channel, InetAddress>> all = underWay.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Channel, InetAddress> one = all.next();
            if (of == null || of.equals(one.getValue())) {
                return one.getKey();
            }
        }
        return null;
    }

    private synchronized void remove(Channel connection) {
        InetAddress network = underWay.remove(connection);
        if (network != null) {
            ofAddress.computeIfPresent(network, (address, number) -> number == 1 ? null : number - 1);
        }
    }

    /** Whoever has an address of IPv6 has all of its network. */
    private static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of IPv6 of another length", e);
        }
    }
}
