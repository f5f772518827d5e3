package org.qkdmesh.network;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.qkdmesh.etsi020.AckCodec;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.node.processors.RouteProperties;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.Transit;

/**
 * A node that lies where it is on the way: a real one with real link keys, some of whose steps do what a test tells them.
 * There is one in a process.
 */
public final class Liar {

    /** What it does with the next messages. */
    enum Lie {
        NONE,
        /** It knows the relayed bytes and pads and tags what it makes of them. */
        FLIP_A_BIT,
        /** It keeps them, and no answer comes. */
        DROP,
        /** It keeps them, and says that they have arrived. */
        SAY_RELAYED,
        /** It keeps them, and says that the next node does not answer; the test sends them, or what it makes of them. */
        KEEP,
        /** It claims announced keys at its KME, and confirms none. */
        CONFIRM_NOTHING
    }

    /** A message for the next node, as the liar's node has made it. */
    record Kept(String body, String tag) {}

    private static final ExtKeyCodec CODEC = new ExtKeyCodec(Extension.DOCUMENTATION);

    private static volatile Lie lie = Lie.NONE;
    private static volatile CountDownLatch dropped = new CountDownLatch(1);
    static final List<Kept> KEPT = new CopyOnWriteArrayList<>();

    private Liar() {}

    static void tell(Lie next) {
        lie = next;
        dropped.countDown();
        dropped = new CountDownLatch(1);
    }

    /** The routes of a node, with the steps that lie. */
    static Path routes(Path delivered, Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(delivered)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.resolve(delivered.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        insert(
                copy.resolve("relay/ext-keys.camel.yaml"),
                "        - filter:\n            id: is-on-its-way\n",
                "Transits");
        insert(
                copy.resolve("relay/send-relay.camel.yaml"),
                "                - to:\n                    id: send-to-neighbour\n",
                "Messages");
        Path claims = copy.resolve("kme/claim-link-keys.camel.yaml");
        Files.writeString(claims, Files.readString(claims) + step("        ", "Confirmations") + bean("Confirmations"));
        return copy;
    }

    private static void insert(Path file, String before, String which) throws IOException {
        String text = Files.readString(file);
        String indent = " ".repeat(before.indexOf('-'));
        Files.writeString(file, text.replace(before, step(indent, which) + before) + bean(which));
    }

    private static String step(String indent, String which) {
        return indent + "- process:\n" + indent + "    id: lie-about-" + which.toLowerCase(java.util.Locale.ROOT) + "\n"
                + indent + "    ref: lieAbout" + which + "\n";
    }

    private static String bean(String which) {
        return "- beans:\n    - name: lieAbout" + which + "\n      type: " + Liar.class.getName() + "$" + which + "\n";
    }

    /** What came from one neighbour for another. */
    public static final class Transits implements Processor {

        @Override
        public void process(Exchange exchange) throws Exception {
            Transit transit = exchange.getProperty(RouteProperties.TRANSIT, Transit.class);
            if (transit == null) {
                return;
            }
            switch (lie) {
                case FLIP_A_BIT -> relayed(transit).insecureAccess()[0] ^= 1;
                case DROP -> dropped.await(10, TimeUnit.SECONDS);
                case SAY_RELAYED -> {
                    ExtKeyContainer keys = CODEC.decode(exchange.getMessage().getBody(byte[].class));
                    byte[] ack = AckCodec.relayed(keys.keyIds(), keys.saes());
                    exchange.removeProperty(RouteProperties.TRANSIT);
                    exchange.setProperty(
                            RouteProperties.HOP_REPLY, new HopReply(200, ack, Optional.empty(), Optional.of("AAAA")));
                }
                default -> {
                    // The truth.
                }
            }
        }

        /** The node has no door for this. */
        private static SecretBytes relayed(Transit transit) throws ReflectiveOperationException {
            Field relayed = Transit.class.getDeclaredField("relayed");
            relayed.setAccessible(true);
            return (SecretBytes) relayed.get(transit);
        }
    }

    /** What goes to the next node. */
    public static final class Messages implements Processor {

        @Override
        public void process(Exchange exchange) throws Exception {
            if (lie == Lie.KEEP) {
                byte[] body = exchange.getMessage().getBody(byte[].class);
                String tag = exchange.getMessage().getHeader(HopMessage.TAG_HEADER, String.class);
                KEPT.add(new Kept(new String(body, StandardCharsets.UTF_8), tag));
                throw new IOException("the next node does not answer, says the liar");
            }
        }
    }

    /** What it answers to announcements of link keys. */
    public static final class Confirmations implements Processor {

        @Override
        public void process(Exchange exchange) {
            if (lie == Lie.CONFIRM_NOTHING) {
                String answer = exchange.getMessage().getBody(String.class).replace("\"held\"", "\"retry\"");
                exchange.getMessage().setBody(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }
}
