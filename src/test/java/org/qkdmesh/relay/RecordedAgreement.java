package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.qkdmesh.crypto.HybridAgreement;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.seal.IncomingSeals;
import org.qkdmesh.seal.OutgoingSeals;
import org.qkdmesh.seal.SealCodec;
import org.qkdmesh.seal.SealOffer;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.TestCertificates;

/** The agreements of the test vectors: made once in earnest, with real keys and signatures, then said again word for word. */
final class RecordedAgreement implements KeyAgreement {

    private static final HexFormat HEX = HexFormat.of();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is said again now. */
    private JsonNode seal;

    /**
     * Makes one.
     *
     * @param ids source of the offer's id
     * @param folder for certificates that nobody needs afterwards
     */
    static ObjectNode made(NodeId ingress, NodeId egress, RandomGenerator ids, Path folder) {
        TestCertificates ca = new TestCertificates(folder);
        NodeVerifier verifier = new JwsVerifier(ca.authorities(), NodeClock.system());
        ManualClock clock = new ManualClock();
        ObjectNode seal = JSON.createObjectNode();
        KeyAgreement hybrid = new HybridAgreement(new SecureRandom());
        OutgoingSeals outgoing = new OutgoingSeals(
                ingress, hybrid, new JwsSigner(ca.node(ingress.text())), verifier, clock, ids, node -> {});
        IncomingSeals incoming =
                new IncomingSeals(egress, noting(hybrid, seal), new JwsSigner(ca.node(egress.text())), clock);
        agree(outgoing, incoming, egress, verifier, seal);
        return seal;
    }

    /** The same agreement, whose secret is written down. */
    private static KeyAgreement noting(KeyAgreement agreement, ObjectNode seal) {
        return new KeyAgreement() {
            @Override
            public Opening open() {
                return agreement.open();
            }

            @Override
            public Answer answer(byte[] share) {
                Answer answer = agreement.answer(share);
                seal.put("secret", HEX.formatHex(answer.secret().insecureAccess()));
                return answer;
            }
        };
    }

    private static void agree(
            OutgoingSeals outgoing, IncomingSeals incoming, NodeId egress, NodeVerifier verifier, ObjectNode seal) {
        OutgoingSeals.Letter letter = outgoing.offer(egress).orElseThrow();
        SealOffer offer = SealCodec.decodeOffer(
                verifier.verify(SealOffer.STATEMENT, letter.text()).payload());
        String answer = incoming.accept(offer, letter.text());
        assertThat(outgoing.answered(letter, Optional.of(answer))).isTrue();
        UUID id = outgoing.take(egress, 0).orElseThrow().id();
        assertThat(incoming.find(offer.from(), id)).isPresent();
        seal.put("id", id.toString()).put("offer", letter.text()).put("answer", answer);
    }

    /** For a mesh in which everybody says what was said before. */
    Agreements agreements() {
        return new Agreements(
                this,
                node -> (type, payload) -> seal.get(type.equals(SealOffer.STATEMENT) ? "offer" : "answer")
                        .textValue(),
                new Believing());
    }

    /** Two nodes of that mesh agree once more. */
    void repeat(JsonNode recorded, RelayNode ingress, RelayNode egress) {
        seal = recorded;
        ObjectNode said =
                JSON.createObjectNode().put("secret", recorded.get("secret").textValue());
        agree(
                ingress.sealing.outgoing(),
                egress.sealing.incoming(),
                egress.id,
                agreements().verifier(),
                said);
        assertThat(said).isEqualTo(recorded);
    }

    /** Certificates end some day; the vectors stay. */
    private static final class Believing implements NodeVerifier {

        @Override
        public Signed verify(String type, String statement) {
            return opened(statement);
        }

        @Override
        public byte[] unverified(String statement) {
            return opened(statement).payload();
        }
    }

    private static NodeVerifier.Signed opened(String statement) {
        byte[] payload = Base64.getUrlDecoder().decode(statement.split("\\.")[1]);
        try {
            return new NodeVerifier.Signed(
                    new NodeId(JSON.readTree(payload).get("from").textValue()), payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Opening open() {
        byte[] share = shareIn("offer");
        return new Opening() {
            @Override
            public byte[] share() {
                return share;
            }

            @Override
            public SecretBytes finish(byte[] answer) {
                return secret();
            }

            @Override
            public void close() {
                // Nothing here is secret.
            }
        };
    }

    @Override
    public Answer answer(byte[] share) {
        return new Answer(shareIn("answer"), secret());
    }

    private byte[] shareIn(String message) {
        try {
            return JSON.readTree(opened(seal.get(message).textValue()).payload())
                    .get("share")
                    .binaryValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SecretBytes secret() {
        return SecretBytes.owning(HEX.parseHex(seal.get("secret").textValue()));
    }
}
