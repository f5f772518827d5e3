package org.qkdmesh.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * One connection to one SQLite file, held so that no other process gets in. Statements are prepared once. Every failure
 * is a {@link StoreFailure}; after one, nothing more runs until the transaction or savepoint is rolled back, since SQLite
 * may have rolled everything back by itself and would commit each further statement alone.
 *
 * <p>While it is open, this process must not open the file by other means: closing it again would drop the lock.
 *
 * <p>Not safe for use by several threads.
 */
final class Database implements AutoCloseable {

    /** Makes a value of the row that the cursor is on. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    /** When SQLite begins to write the log into the file; its own default. */
    private static final int LOG_PAGES = 1000;

    private static final String CANNOT_BE_WRITTEN =
            "cannot be written. It has to belong to the user that the node runs as, on a file system that is not read-only";

    private final Path file;
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private boolean failed;
    private boolean doubtful;

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens the file and locks it; both end with {@link #close()} or with the process.
     *
     * @throws StoreFailure when another process has it, or it is no database, or cannot be written
     */
    static Database open(Path file) {
        Connection connection;
        if (Files.exists(file) && !Files.isWritable(file)) {
            // SQLite would open it for reading, and then stumble over something else.
            throw new StoreFailure(file + ": " + CANNOT_BE_WRITTEN, true, null);
        }
        try {
            connection = settings().createConnection("jdbc:sqlite:" + file);
        } catch (SQLException e) {
            throw new StoreFailure(file + ": " + explain(e), true, e);
        }
        Database database = new Database(file, connection);
        try {
            // The lock first; in exclusive mode the index of the log lies in memory, not in a file for others to map.
            database.script("PRAGMA locking_mode = EXCLUSIVE");
            database.script("PRAGMA journal_mode = WAL");
            database.script("PRAGMA synchronous = FULL");
            database.script("PRAGMA fullfsync = ON");
            database.script("PRAGMA secure_delete = ON");
            database.script("PRAGMA temp_store = MEMORY");
            database.script("BEGIN EXCLUSIVE; COMMIT");
            return database;
        } catch (StoreFailure e) {
            database.closeAfter(e);
            throw e;
        }
    }

    /**
     * A second look at the file of an open database, by another thread, while the first one {@link #holdFile holds it}: at
     * what was committed before that, without its log. It can not write, takes no lock, and drops none when it is closed.
     *
     * @throws StoreFailure when the file can not be read
     */
    static Database openHeld(Path file) {
        // As a URI, since only that says that nobody changes the file.
        String uri = "file:" + file.toAbsolutePath().toUri().getRawPath() + "?immutable=1";
        SQLiteConfig readOnly = settings();
        readOnly.setReadOnly(true);
        try {
            Database database = new Database(file, readOnly.createConnection("jdbc:sqlite:" + uri));
            database.script("PRAGMA temp_store = MEMORY");
            return database;
        } catch (SQLException e) {
            throw new StoreFailure(file + ": " + explain(e), true, e);
        }
    }

    /** By default the driver follows each insertion with a query for the row's number, prepared anew each time. */
    private static SQLiteConfig settings() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setGetGeneratedKeys(false);
        return settings;
    }

    /**
     * Writes all that was committed into the file, and from now on to the log alone, until {@link #releaseFile}, {@link
     * #emptyLog}, {@link #overwriteWhatWasRemoved} or {@link #close}.
     */
    void holdFile() {
        emptyLog();
        number("PRAGMA wal_autocheckpoint = 0");
    }

    /** Has what is in the log written to the file again as it grows. */
    void releaseFile() {
        number("PRAGMA wal_autocheckpoint = " + LOG_PAGES);
    }

    /** How large the log is, in bytes. */
    long logBytes() {
        return logOf(file).toFile().length();
    }

    /** Where the log of this database is, while there is one. */
    static Path logOf(Path file) {
        return file.resolveSibling(file.getFileName() + "-wal");
    }

    /**
     * Writes the file anew without what was removed from it, and empties its log.
     *
     * @throws StoreFailure when the disk does not let that happen, or has no room for it
     */
    void overwriteWhatWasRemoved() {
        failed = false;
        forgetPrepared();
        script("VACUUM");
        emptyLog();
    }

    void begin() {
        failed = false;
        execute("BEGIN IMMEDIATE");
    }

    void commit() {
        execute("COMMIT");
    }

    /** Forgets the transaction, if SQLite has not done so already. */
    void rollback() {
        failed = false;
        try {
            execute("ROLLBACK");
        } catch (StoreFailure e) {
            failed = false;
        }
    }

    void savepoint() {
        execute("SAVEPOINT work");
    }

    void releaseSavepoint() {
        execute("RELEASE work");
    }

    /**
     * @throws StoreFailure when SQLite has rolled back the whole transaction
     */
    void rollbackToSavepoint() {
        failed = false;
        execute("ROLLBACK TO work");
        execute("RELEASE work");
    }

    /**
     * Whether the system has ever failed a read, a write or a sync of this connection: what it believes to be on the disk
     * may not be there.
     */
    boolean isDoubtful() {
        return doubtful;
    }

    /**
     * Writes every page of the log into the file, waits for the disk, and empties the log. After a start on files whose
     * last sync failed, what is read from them may be in the system's memory alone; after this it is on the disk.
     */
    void emptyLog() {
        long blocked = number("PRAGMA wal_checkpoint(TRUNCATE)");
        if (blocked != 0) {
            throw new StoreFailure(file + ": its log could not be emptied", true, null);
        }
    }

    /** Whether a statement failed since the last begin or rollback. */
    boolean hasFailed() {
        return failed;
    }

    private void execute(String sql) {
        call(() -> prepare(sql).execute());
    }

    /** Runs statements that return nothing. */
    void script(String sql) {
        call(() -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }

    /** Runs one statement and returns how many rows it changed. */
    int update(String sql, Object... arguments) {
        return call(() -> bind(sql, arguments).executeUpdate());
    }

    <T> List<T> all(String sql, RowReader<T> reader, Object... arguments) {
        return call(() -> {
            try (ResultSet rows = bind(sql, arguments).executeQuery()) {
                List<T> result = new ArrayList<>();
                while (rows.next()) {
                    result.add(reader.read(rows));
                }
                return result;
            }
        });
    }

    <T> Optional<T> first(String sql, RowReader<T> reader, Object... arguments) {
        return call(() -> {
            try (ResultSet rows = bind(sql, arguments).executeQuery()) {
                return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
            }
        });
    }

    /** The number that a query of one row and one column gives. */
    long number(String sql, Object... arguments) {
        return first(sql, row -> row.getLong(1), arguments).orElseThrow();
    }

    private PreparedStatement bind(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = prepare(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }

    /** After a failure all are made anew, since the driver closes the one that failed. */
    private void forgetPrepared() {
        for (PreparedStatement statement : prepared.values()) {
            try {
                statement.close();
            } catch (SQLException e) {
                // It tells once more what made it fail.
            }
        }
        prepared.clear();
    }

    private <T> T call(Call<T> call) {
        if (failed) {
            throw new StoreFailure("an earlier statement of this transaction failed", true, null);
        }
        try {
            return call.run();
        } catch (SQLException e) {
            failed = true;
            doubtful |= isOfTheSystem(e);
            forgetPrepared();
            throw new StoreFailure(file + ": " + explain(e), true, e);
        }
    }

    /** Whether the system failed a read, a write or a sync, so that nobody knows what is on the disk. */
    private static boolean isOfTheSystem(SQLException e) {
        return e instanceof SQLiteException known && plain(known) == SQLiteErrorCode.SQLITE_IOERR;
    }

    /** Extended codes say more than is needed; their low byte is the plain one. */
    private static SQLiteErrorCode plain(SQLiteException e) {
        return SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
    }

    private static String explain(SQLException e) {
        if (!(e instanceof SQLiteException known)) {
            return e.getMessage();
        }
        return switch (plain(known)) {
            case SQLITE_BUSY ->
                "is in use by another process. End the node that has it (fuser -v tells which), or give this one a"
                        + " data directory of its own";
            case SQLITE_READONLY -> CANNOT_BE_WRITTEN;
            case SQLITE_CORRUPT ->
                "is damaged: it is cut short, or something else has written to it. Put a backup back, or move the"
                        + " data directory away to begin with an empty store";
            case SQLITE_FULL -> "the disk is full. Make room: no key can be stored until then";
            case SQLITE_CANTOPEN -> "cannot be opened. It has to belong to the user that the node runs as";
            case SQLITE_NOTADB ->
                "is not a key store. Put the right file back, or move this one away to begin with an empty store";
            default -> known.getResultCode().message;
        };
    }

    /** That something is not there which every store has. */
    StoreFailure damaged(String what) {
        return new StoreFailure(
                file + ": is damaged: " + what
                        + ". Put a backup back, or move the data directory away to begin with an empty store",
                true,
                null);
    }

    /** Its file. */
    @Override
    public String toString() {
        return file.toString();
    }

    /** Closes it because of a failure, which says more than one of closing. */
    void closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (StoreFailure e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        forgetPrepared();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreFailure(file + ": " + explain(e), true, e);
        }
    }
}
