package org.qkdmesh.store;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Consumer;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.SecretBytes;

/**
 * The key-encryption key of a store. It lies in a file; the database holds a seal of nothing by which it is recognised,
 * since a store that exists must not get another one: all its keys would be lost without need.
 *
 * <p><b>A change</b> takes four steps, and whatever dies between them, one of the two files is the key of the database:
 * the next key is written beside the file ({@link #drawNext}); one transaction wraps every data key with it and has it
 * recognised ({@link #recognise}); the former is overwritten, and the next takes its place ({@link #finish}). {@link
 * #open} takes whichever file is recognised, and {@link #settle} finishes a change that a crash has cut short, or takes
 * it back.
 */
final class StoreKek {

    private final KekFile file;
    private final Database database;
    private final byte[] storeId;
    private final SecureRandom random;

    StoreKek(KekFile file, Database database, byte[] storeId, SecureRandom random) {
        this.file = file;
        this.database = database;
        this.storeId = storeId;
        this.random = random;
    }

    /** That of a store that begins in the caller's transaction. */
    Sealer begin() {
        try (SecretBytes kek = file.readOrMake(random)) {
            Sealer sealer = new Sealer(kek, random);
            recognise(sealer);
            return sealer;
        }
    }

    /**
     * The one that the database recognises. No file is changed.
     *
     * @throws StoreFailure when it is missing, others may read it, or it is another store's
     */
    Sealer open() {
        return next().orElseGet(() -> {
            try (SecretBytes kek = file.read()) {
                return recognised(kek)
                        .orElseThrow(() -> new StoreFailure(
                                file + ": is not the key of " + database
                                        + ". Put the key back that was there with it, or"
                                        + " move the store away to begin with an empty one",
                                true,
                                null));
            }
        });
    }

    /** Whether a change was begun, and not finished. */
    boolean isUnsettled() {
        return file.hasNext();
    }

    /**
     * Finishes a change that is committed, or takes it back. To be called outside of a transaction.
     *
     * @throws StoreFailure when the files do not let that happen; nothing is lost then
     */
    void settle() {
        if (!isUnsettled()) {
            return;
        }
        // Which of the two counts has to be on the disk before the other one goes.
        database.emptyLog();
        if (next().isPresent()) {
            finish(step -> {});
        } else {
            file.removeNext();
        }
    }

    /**
     * A fresh key, on disk as the next one.
     *
     * @throws StoreFailure when the files do not let it be changed; it is as it was then
     */
    Sealer drawNext() {
        file.requireReplaceable();
        try (SecretBytes fresh = KekFile.draw(random)) {
            file.writeNext(fresh);
            return new Sealer(fresh, random);
        }
    }

    /** Has this key recognised from now on, in the caller's transaction. */
    void recognise(Sealer kek) {
        database.update(
                "INSERT OR REPLACE INTO meta (name, value) VALUES ('kek_check', ?)",
                kek.seal(SecretBytes.owning(new byte[0]), check()));
    }

    /**
     * The change is committed: the former key is overwritten, and the next one takes its place.
     *
     * @param reached told of each step right after it
     */
    void finish(Consumer<DurableStep> reached) {
        file.overwrite();
        reached.accept(DurableStep.KEK_OVERWRITTEN);
        file.replaceByNext();
        reached.accept(DurableStep.KEK_REPLACED);
    }

    private Optional<Sealer> next() {
        Optional<SecretBytes> next = file.readNext();
        try {
            return next.flatMap(this::recognised);
        } finally {
            next.ifPresent(SecretBytes::close);
        }
    }

    private Optional<Sealer> recognised(SecretBytes kek) {
        byte[] seal = database.first("SELECT value FROM meta WHERE name = 'kek_check'", row -> row.getBytes(1))
                .orElseThrow(() -> database.damaged("it has no kek_check"));
        Sealer sealer = new Sealer(kek, random);
        Optional<SecretBytes> opened = sealer.open(seal, check());
        opened.ifPresent(SecretBytes::close);
        return opened.map(nothing -> sealer);
    }

    private byte[] check() {
        return DataKeys.associated("key-encryption key", storeId);
    }
}
