package org.qkdmesh.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.qkdmesh.model.OwnerOnly;

/** A file of an audit log that is written to; its name has the number of its first line, so that names tell the order, and the time. */
final class AuditFile implements AutoCloseable {

    /** Far more than any line has. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private static final String PREFIX = "audit-";
    private static final String SUFFIX = ".jsonl";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    private final Path path;
    private final FileChannel channel;

    private AuditFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Gets the lines of a file, one by one. */
    interface LineReader {

        /**
         * @param count of the line in this file, from 1 on
         * @param text without its end
         * @param ended false for the last one when it has no end
         * @param offset where the line begins, bytes
         * @return false to look at no more
         */
        boolean take(long count, String text, boolean ended, long offset) throws IOException;
    }

    /** The files in a directory, in the order of their lines; none when there is no directory. */
    static List<Path> in(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
                    })
                    .sorted()
                    .toList();
        }
    }

    /** Makes one, with mode 0600; a new directory gets 0700. */
    static AuditFile make(Path directory, long firstLine, Instant now) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, OwnerOnly.DIRECTORY);
        }
        Path path = directory.resolve(PREFIX + String.format("%012d", firstLine) + "-" + TIME.format(now) + SUFFIX);
        FileChannel channel =
                FileChannel.open(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OwnerOnly.FILE);
        try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
            entry.force(true);
        }
        return new AuditFile(path, channel);
    }

    /** Appends; when it returns, all is on the disk. */
    void append(String lines) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }

    /** @throws UncheckedIOException when somebody took it away */
    void requireThere() {
        if (!Files.exists(path)) {
            throw new UncheckedIOException(new IOException(path + " is gone"));
        }
    }

    long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Takes off a last line without an end, which a crash or a full disk left, and has the rest on the disk. */
    static void takeOffCutLine(Path file) throws IOException {
        long[] end = {Files.size(file)};
        read(file, (count, text, ended, offset) -> {
            if (!ended) {
                end[0] = offset;
            }
            return true;
        });
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end[0]);
            channel.force(true);
        }
    }

    /** Reads a file. A line that is too long counts as one without an end, and is the last. */
    static void read(Path file, LineReader reader) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long count = 0;
            long begun = 0;
            long offset = 0;
            for (int one = in.read(); one >= 0 && line.size() < MAX_LINE_BYTES; one = in.read()) {
                offset++;
                if (one != '\n') {
                    line.write(one);
                } else {
                    if (!reader.take(++count, line.toString(StandardCharsets.UTF_8), true, begun)) {
                        return;
                    }
                    line.reset();
                    begun = offset;
                }
            }
            if (line.size() > 0) {
                reader.take(count + 1, line.toString(StandardCharsets.UTF_8), false, begun);
            }
        }
    }
}
