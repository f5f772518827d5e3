package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.kme.CompareKeys.Told;
import org.qkdmesh.kme.CompareKeys.Wish;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SessionKey;

class CompareKeysTest {

    private static final KmePair PAIR = new KmePair(new KmeId("kme-a"), new KmeId("kme-b"));

    private final FakeKmes kmes = new FakeKmes(1);
    private final CompareKeys far = new CompareKeys(kmes.end(1));
    private final byte[] nonce = new byte[CompareKeys.NONCE_BYTES];

    @Test
    void keysOfOneEnd_haveTheSameDigestsAtTheOther() {
        List<SessionKey> keys = kmes.end(0).encKeys(5, 256);
        List<KeyId> ids = keys.stream().map(SessionKey::id).toList();
        Told here = new Told(CompareKeys.digests(nonce, keys), Optional.empty());

        Told there = far.compare(nonce, new Wish.Claim(ids));

        assertThat(there.trouble()).isEmpty();
        assertThat(ids).allMatch(id -> here.agreesWith(there, id));
        assertThat(keys).allMatch(key -> key.bytes().isErased());
        assertThat(there.agreesWith(here, new KeyId(new UUID(0, 0)))).isFalse();
    }

    @Test
    void keysThatDiffer_haveOtherDigests() {
        kmes.endsDiffer = true;
        Told drawn = far.compare(nonce, new Wish.Draw(2, 128));
        Told here = new Told(
                CompareKeys.digests(
                        nonce, kmes.end(0).decKeys(List.copyOf(drawn.digests().keySet()))),
                Optional.empty());

        assertThat(drawn.digests().keySet()).hasSize(2).noneMatch(id -> here.agreesWith(drawn, id));
    }

    @Test
    void sameKeyUnderAnotherNonce_hasAnotherDigest() {
        SessionKey key = kmes.end(0).encKeys(1, 256).get(0);
        SessionKey copy = new SessionKey(key.id(), key.bytes().slice(0, 32));
        byte[] other = new byte[CompareKeys.NONCE_BYTES];
        other[7] = 1;

        assertThat(CompareKeys.digests(nonce, List.of(key)).get(key.id()))
                .isNotEqualTo(CompareKeys.digests(other, List.of(copy)).get(key.id()));
    }

    @Test
    void claim_asksForNoMoreAtOnceThanTheKmeAllows() {
        List<SessionKey> keys = kmes.end(0).encKeys(5, 256);
        kmes.status = new KmeClient.Status(64, 1024, 2, 1000);

        Told told = far.compare(
                nonce, new Wish.Claim(keys.stream().map(SessionKey::id).toList()));

        assertThat(told.digests()).hasSize(5);
        assertThat(kmes.claimSizes.get(1)).containsExactly(2, 2, 1);
    }

    @Test
    void troubleOfTheKme_isTold() {
        kmes.down[1] = true;

        assertThat(far.compare(nonce, new Wish.Draw(1, 256)).trouble()).isPresent();
        assertThat(far.compare(nonce, new Wish.Claim(List.of(new KeyId(new UUID(1, 2)))))
                        .trouble())
                .isPresent();
    }

    @Test
    void requestsAndAnswers_comeBackFromTheirJson() {
        List<KeyId> ids = Stream.of(1, 2).map(i -> new KeyId(new UUID(i, i))).toList();
        for (Wish wish : List.of(new Wish.Claim(ids), new Wish.Draw(3, 512))) {
            CompareCodec.Request read =
                    CompareCodec.decode(CompareCodec.encode(new CompareCodec.Request(PAIR, nonce, wish)));
            assertThat(read.pair()).isEqualTo(PAIR);
            assertThat(read.nonce()).isEqualTo(nonce);
            assertThat(read.wish()).isEqualTo(wish);
        }
        Told told = far.compare(nonce, new Wish.Draw(1, 256));
        Told read = CompareCodec.decodeAnswer(CompareCodec.encodeAnswer(told));
        assertThat(told.digests().keySet()).hasSize(1).allMatch(id -> told.agreesWith(read, id));
        Told failed = new Told(Map.of(), Optional.of("no"));
        assertThat(CompareCodec.decodeAnswer(CompareCodec.encodeAnswer(failed)).trouble())
                .contains("no");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'kme':'a','peer_kme':'b','nonce':'AA==','draw':{'number':1,'size':256}}",
                "{'kme':'a','peer_kme':'b','nonce':'NONCE'}",
                "{'kme':'a','peer_kme':'b','nonce':'NONCE','key_ids':[]}",
                "{'kme':'a','peer_kme':'b','nonce':'NONCE','key_ids':[7]}",
                "{'kme':'a','peer_kme':'b','nonce':'NONCE','draw':{'number':5,'size':256}}",
                "{'kme':'a','peer_kme':'b','nonce':'NONCE','draw':{'number':1,'size':100000}}"
            })
    void whatIsNoRequest_isRefused(String json) {
        byte[] body = json.replace('\'', '"')
                .replace("NONCE", Base64.getEncoder().encodeToString(nonce))
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> CompareCodec.decode(body)).isInstanceOf(MalformedMessage.class);
    }
}
