package org.qkdmesh.store;

/**
 * A store as it was when its file was {@link Database#holdFile held}, for one thread that reads it while others go on.
 */
record HeldStore(Database database, DataKeys dataKeys) implements AutoCloseable {

    /** To be called by the thread that holds the file. */
    static HeldStore open(DataDirectory directory) {
        Database database = Database.openHeld(directory.database());
        try {
            return new HeldStore(database, StoreInspection.dataKeys(database, directory.kek()));
        } catch (RuntimeException e) {
            database.closeAfter(e);
            throw e;
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
