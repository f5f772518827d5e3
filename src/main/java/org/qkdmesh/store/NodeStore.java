package org.qkdmesh.store;

import java.util.Optional;
import java.util.function.Function;

/**
 * The durable state of one node.
 *
 * <p>When {@link #transact} returns, everything that the work wrote is on disk, and stays there whatever dies. Either
 * all of a transaction is there or nothing. Transactions are serializable: they behave as if run one after another.
 *
 * <p>Times in the store are its <em>age</em> in milliseconds: it advances with the monotonic clock while the node runs
 * and by the wall clock over down-time, and never goes back. Safe for use by several threads.
 */
public interface NodeStore extends AutoCloseable {

    /**
     * Runs the work in one durable transaction and returns its result once it is on disk. The work must not wait for
     * anything and may run on another thread. What it throws rolls the transaction back and reaches the caller.
     *
     * @throws StoreFailure when the transaction could not be committed, or nobody knows whether it was
     */
    <T> T transact(Function<StoreTransaction, T> work);

    /** As {@link #transact(Function)}; the name is for those who stand between a node and its store. */
    default <T> T transact(DurableStep step, Function<StoreTransaction, T> work) {
        return transact(work);
    }

    /**
     * Runs the work as {@link #transact} does, and in the same transaction destroys what the stored keys are sealed
     * under: none that was stored before opens again, wherever a copy of its row is left. When this returns, what was
     * removed, then or earlier, is overwritten in the files of the store as well. Takes as long as that takes.
     *
     * @param last removes the keys; those that it leaves are lost without a word
     * @throws StoreFailure also when all was removed, but could not be overwritten yet; to be called again then
     */
    <T> T destroyKeys(Function<StoreTransaction, T> last);

    /** What is wrong with the disk, as far as is known; empty when all is well. Does not wait. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /** The age of the store now, in milliseconds. */
    long age();

    /** The age at which this run of the node opened the store; what is older was written by an earlier run. */
    long openedAt();

    @Override
    void close();
}
