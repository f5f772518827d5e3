package org.qkdmesh.relay;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.testing.EditedRoutes;

/**
 * A step of a node on the way that belongs to somebody else: it prints all that the node gets to see of keys, a line each
 * with a word and the bytes in hex, and on demand flips a bit of the relayed bytes before the node, which knows how to, pads
 * and tags them for the next one. Only tests have this.
 */
public final class CuriousStep implements Processor {

    /** What an own KME gave: all of the link keys that there are. */
    public static final String KME_ANSWER = "kme-answer";

    /** A relay message as it came. */
    public static final String ARRIVED = "arrived";

    /** What is under the pad of that message. */
    public static final String RELAYED = "relayed";

    /** The message to the next node. */
    public static final String LEFT = "left";

    private static final AtomicInteger bitsToFlip = new AtomicInteger();

    private String what;
    private Path file;

    /**
     * Routes with such steps.
     *
     * @param copy where they are put
     * @param file where all is printed to
     */
    public static Path routes(Path copy, Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createDirectories(file.toAbsolutePath().getParent());
        return EditedRoutes.of(Path.of("routes"), copy)
                .with("kme/call-kme", "send-to-kme", "seeKmeAnswer", CuriousStep.class, properties(KME_ANSWER, file))
                .with(
                        "relay/ext-keys",
                        "identify-neighbour",
                        "seeArrived",
                        CuriousStep.class,
                        properties(ARRIVED, file))
                .with(
                        "relay/ext-keys",
                        "check-relay-message",
                        "seeRelayed",
                        CuriousStep.class,
                        properties(RELAYED, file))
                .with("relay/next-hop", "write-hop-message", "seeLeft", CuriousStep.class, properties(LEFT, file))
                .directory();
    }

    private static Map<String, String> properties(String what, Path file) {
        return Map.of("what", what, "file", file.toAbsolutePath().toString());
    }

    /** Has one bit of the next relayed bytes be wrong. */
    public static void flipOneBit() {
        bitsToFlip.set(1);
    }

    public void setWhat(String what) {
        this.what = what;
    }

    public void setFile(String file) {
        this.file = Path.of(file);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        if (!what.equals(RELAYED)) {
            byte[] body = exchange.getMessage().getBody(byte[].class);
            // It may have been a stream, which can be read once.
            exchange.getMessage().setBody(body);
            print(body);
        } else if (exchange.getProperty("transit") instanceof Transit transit) {
            byte[] relayed = relayed(transit).insecureAccess();
            print(relayed);
            if (bitsToFlip.getAndSet(0) > 0) {
                relayed[relayed.length / 2] ^= 0x10;
            }
        }
    }

    private static SecretBytes relayed(Transit transit) throws ReflectiveOperationException {
        Field relayed = Transit.class.getDeclaredField("relayed");
        relayed.setAccessible(true);
        return (SecretBytes) relayed.get(transit);
    }

    /** In one call, so that lines of several threads do not mix. */
    private void print(byte[] bytes) throws IOException {
        Files.writeString(
                file,
                what + " " + HexFormat.of().formatHex(bytes) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
