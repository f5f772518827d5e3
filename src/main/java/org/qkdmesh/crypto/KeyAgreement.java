package org.qkdmesh.crypto;

import org.qkdmesh.model.SecretBytes;

/** Two messages after which two nodes share a secret that nobody else knows. Safe for use by several threads. */
public interface KeyAgreement {

    /** The side that speaks first, between its message and the answer. Close it: it holds private keys. */
    interface Opening extends AutoCloseable {

        /** What to send to the other side; nothing in it is secret. */
        byte[] share();

        /**
         * The secret, which is the caller's to close.
         *
         * @param answer the other side's share
         * @throws InvalidShare when that is none
         */
        SecretBytes finish(byte[] answer);

        @Override
        void close();
    }

    /**
     * The other side's part, which is done at once.
     *
     * @param share to send back; nothing in it is secret
     * @param secret the caller's to close
     */
    record Answer(byte[] share, SecretBytes secret) {}

    /** What the other side sent can not be a share. The message is safe to show. */
    final class InvalidShare extends RuntimeException {

        private static final long serialVersionUID = 1L;

        InvalidShare(String message) {
            super(message, null, false, false);
        }
    }

    Opening open();

    /**
     * Answers an opening.
     *
     * @throws InvalidShare when the share can not be one
     */
    Answer answer(byte[] share);
}
