package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * A step that a tortured node has in its route {@code next-hop}: before a relay message leaves, it writes down which bytes
 * of which link keys the message uses. Reads nothing but what the message says openly. What is written outlives the process.
 */
public final class PadLedgerProcessor implements Processor {

    private static final ObjectMapper JSON = new ObjectMapper();

    private FileChannel file;

    /** @param folder where each process has a file of its own */
    public void setFolder(String folder) throws IOException {
        Path directory = Files.createDirectories(Path.of(folder));
        file = FileChannel.open(
                directory.resolve(ProcessHandle.current().pid() + PadLedger.SUFFIX),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    @Override
    public void process(Exchange exchange) throws IOException, GeneralSecurityException {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        JsonNode message = JSON.readTree(body);
        StringBuilder line = new StringBuilder(hash(body));
        int position = message.findValue("position").intValue();
        line.append(' ')
                .append(message.findValue("path").path(position - 1).textValue())
                .append(' ')
                .append(message.findValue("relay_id").textValue());
        for (JsonNode range : message.findValue("link_keys")) {
            line.append(' ')
                    .append(range.path("key_id").textValue())
                    .append(':')
                    .append(range.path("offset").intValue())
                    .append(':')
                    .append(range.path("length").intValue());
        }
        // In one call, so that lines of several threads do not mix and no kill leaves half a line.
        file.write(ByteBuffer.wrap(line.append('\n').toString().getBytes(StandardCharsets.US_ASCII)));
    }

    private static String hash(byte[] body) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, 16);
    }
}
