package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

class AdvertCodecTest {

    private static final String GOOD = """
            {"version":1,"node":"tn-1","sequence":7,"issued_at":1700000000000,
             "links":[{"neighbour":"tn-2","up":true,"available":4096}],"saes":["sae-a"]}""";

    @Test
    void decode_readsWhatTheDesignSays() {
        assertThat(decode(GOOD))
                .isEqualTo(new Advert(
                        new NodeId("tn-1"),
                        7,
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        List.of(new Advert.Link(new NodeId("tn-2"), true, 4096)),
                        List.of(new SaeId("sae-a")),
                        true));
    }

    @Test
    void nodeThatIsNotForTransit_saysSo_andSilenceMeansThatItIs() {
        String drained = GOOD.replace("\"saes\"", "\"transit\":false,\"saes\"");

        assertThat(decode(drained).transit()).isFalse();
        assertThat(AdvertCodec.decode(AdvertCodec.encode(decode(drained)))).isEqualTo(decode(drained));
        assertThat(new String(AdvertCodec.encode(decode(GOOD)), StandardCharsets.UTF_8))
                .doesNotContain("transit");
    }

    @Test
    void decode_ignoresMembersOfALaterDay() {
        assertThat(decode(GOOD.replace("\"saes\"", "\"colour\":{\"x\":[1]},\"saes\"")))
                .isEqualTo(decode(GOOD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"version\":1 -> \"version\":2",
                "\"sequence\":7 -> \"sequence\":0",
                "\"sequence\":7 -> \"sequence\":\"7\"",
                "\"sequence\":7 -> \"sequence\":7.5",
                "\"sequence\":7 -> \"sequence\":9007199254740992",
                "\"sequence\":7 -> \"sequence\":7,\"sequence\":8",
                "\"issued_at\":1700000000000 -> \"issued_at\":-1",
                "\"issued_at\":1700000000000 -> \"issued_at\":null",
                "\"node\":\"tn-1\" -> \"node\":\"\"",
                "\"node\":\"tn-1\" -> \"node\":\"tn 1\"",
                "\"node\":\"tn-1\" -> \"node\":\"tn-2\"",
                "\"up\":true -> \"up\":\"true\"",
                "\"up\":true -> \"down\":true",
                "\"available\":4096 -> \"available\":4095",
                "\"available\":4096 -> \"available\":-4096",
                "[\"sae-a\"] -> [\"sae-a\",\"sae-a\"]",
                "[\"sae-a\"] -> [7]",
                "\"saes\" -> \"transit\":0,\"saes\"",
                "[\"sae-a\"] -> {}",
                "} -> ,",
                "{\"neighbour\" -> 5,{\"neighbour\"",
            })
    void decode_ofSomethingElse_saysWhatIsWrong(String change) {
        String[] fromTo = change.split(" -> ");

        assertThatThrownBy(() -> decode(GOOD.replace(fromTo[0], fromTo[1]))).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void decode_ofTooManyOrTooLong_isRefused() {
        String saes = String.join(",", Collections.nCopies(2000, "\"x\""));
        assertThatThrownBy(() -> decode(GOOD.replace("\"sae-a\"", saes))).isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> decode(GOOD + " ".repeat(AdvertCodec.MAX_BYTES)))
                .isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> decode("[".repeat(5000))).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void encode_ofTheLargestAdvert_fits() {
        List<Advert.Link> links = IntStream.range(0, Advert.MAX_LINKS)
                .mapToObj(i -> new Advert.Link(longId(i), false, 1L << 62))
                .toList();
        List<SaeId> saes = IntStream.range(0, Advert.MAX_SAES)
                .mapToObj(i -> new SaeId(longId(i).text()))
                .toList();
        Advert largest = new Advert(
                longId(Advert.MAX_SAES), Advert.MAX_SEQUENCE, Instant.ofEpochMilli(1L << 52), links, saes, false);

        assertThat(AdvertCodec.decode(AdvertCodec.encode(largest))).isEqualTo(largest);
    }

    @Property
    void decode_givesBackWhatWasEncoded(@ForAll("adverts") Advert advert) {
        assertThat(AdvertCodec.decode(AdvertCodec.encode(advert))).isEqualTo(advert);
    }

    @Property
    void decode_ofADamagedAdvert_isAnAdvertOrMalformedAndNothingElse(
            @ForAll("adverts") Advert advert, @ForAll int where, @ForAll byte what) {
        byte[] json = AdvertCodec.encode(advert);
        json[Math.floorMod(where, json.length)] = what;
        try {
            assertThat(AdvertCodec.decode(json)).isNotNull();
        } catch (MalformedMessage e) {
            assertThat(e).hasMessageNotContaining("the-node-itself");
        }
    }

    @Provide
    Arbitrary<Advert> adverts() {
        Arbitrary<String> ids = Arbitraries.strings()
                .withChars("abcxyzABC019-._~:/?#[]@!$&'()*+,;=")
                .ofMinLength(1)
                .ofMaxLength(64);
        Arbitrary<Advert.Link> links = Combinators.combine(
                        ids.map(NodeId::new),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(-1, 62).map(shift -> shift < 0 ? 0L : 1L << shift))
                .as(Advert.Link::new);
        return Combinators.combine(
                        Arbitraries.longs().between(1, Advert.MAX_SEQUENCE),
                        Arbitraries.longs().between(0, 1L << 50).map(Instant::ofEpochMilli),
                        links.list().ofMaxSize(5).uniqueElements(Advert.Link::neighbour),
                        ids.map(SaeId::new).list().ofMaxSize(5).uniqueElements(),
                        Arbitraries.of(true, false))
                .as((sequence, at, some, saes, transit) ->
                        new Advert(new NodeId("the-node-itself"), sequence, at, some, saes, transit));
    }

    private static NodeId longId(int number) {
        return new NodeId("n" + "-".repeat(58) + String.format("%05d", number));
    }

    private static Advert decode(String json) {
        return AdvertCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }
}
