package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.testing.ManualClock;

/** A writer whose files have failed, and do not open again at once. */
class WriterTest {

    @TempDir
    Path data;

    private final ManualClock clock = new ManualClock();
    private final StoreAge age = StoreAge.ofNewStore(clock);

    /** How the files open, one after the other; by themselves once none is left. */
    private final Queue<Supplier<StoreOpening.Opened>> openings = new ArrayDeque<>();

    private Writer writer;

    @BeforeEach
    void failARead() throws IOException, TimeoutException {
        SqliteStore.open(data, clock, EventLog.silent()).close();
        StoreOpening.Opened first = open();
        writer = new Writer(first, this::openNext, age, new AuditTable.Keeping(), EventLog.silent(), Sealer.MAX_SEALS);
        putRecord();
        // What is in the log alone can not be read from the disk any more.
        first.database().script("PRAGMA shrink_memory");
        try (FileChannel log = FileChannel.open(data.resolve("store.db-wal"), StandardOpenOption.WRITE)) {
            log.truncate(0);
        }
        assertThatThrownBy(this::putRecord).isInstanceOf(StoreFailure.class);
    }

    @AfterEach
    void close() {
        writer.close();
    }

    private StoreOpening.Opened open() {
        return StoreOpening.again(DataDirectory.at(data), clock, EventLog.silent(), Sealer.MAX_SEALS, age);
    }

    private StoreOpening.Opened openNext() {
        return openings.isEmpty() ? open() : openings.remove().get();
    }

    private void putRecord() throws TimeoutException {
        Work<Void> work = new Work<>(tx -> {
            tx.putRecord(Rows.record(1, Long.MAX_VALUE));
            return null;
        });
        writer.run(List.of(work));
        work.await(0);
    }

    @Test
    void filesThatOpen_butFailTheFirstRead_areLetGo_soThatTheyOpenAgain() throws TimeoutException {
        openings.add(() -> {
            StoreOpening.Opened opened = open();
            opened.database().script("ALTER TABLE last_batch RENAME TO away");
            return opened;
        });
        openings.add(() -> {
            try (Database database = Database.open(data.resolve("store.db"))) {
                database.script("ALTER TABLE away RENAME TO last_batch");
            }
            return open();
        });
        assertThatThrownBy(this::putRecord).isInstanceOf(StoreFailure.class);
        assertThat(openings).hasSize(1);
        putRecord();
    }

    @Test
    void filesWithoutTheIdOfTheStore_areAFailure_andTriedAgain() throws TimeoutException {
        openings.add(() -> {
            change("UPDATE meta SET name = 'away' WHERE name = 'store_id'");
            return open();
        });
        writer.tryToSettle();
        assertThat(openings).as("not tried yet").isEmpty();
        change("UPDATE meta SET name = 'store_id' WHERE name = 'away'");
        putRecord();
    }

    private void change(String sql) {
        try (Database database = Database.open(data.resolve("store.db"))) {
            assertThat(database.update(sql)).isEqualTo(1);
        }
    }

    @Test
    void anyExceptionOfAnOpening_letsTheWriterGoOn() throws TimeoutException {
        openings.add(() -> {
            throw new NoSuchElementException("what nobody thought of");
        });
        writer.tryToSettle();
        assertThat(openings).as("not tried yet").isEmpty();
        putRecord();
    }
}
