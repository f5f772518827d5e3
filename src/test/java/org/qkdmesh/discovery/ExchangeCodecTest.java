package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.model.NodeId;

class ExchangeCodecTest {

    @Test
    void decode_readsAdvertsAndWhatIsKnown() {
        Exchange exchange =
                decode("{\"adverts\":[{\"jws\":\"a.b.c\",\"life_ms\":99000}],\"known\":{\"tn-1\":17},\"later\":1}");

        assertThat(exchange.adverts()).containsExactly(new TimedAdvert("a.b.c", 99_000));
        assertThat(exchange.highestOf(new NodeId("tn-1"))).isEqualTo(17);
        assertThat(exchange.highestOf(new NodeId("tn-2"))).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{\"adverts\":[]}",
                "{\"known\":{}}",
                "{\"adverts\":{},\"known\":{}}",
                "{\"adverts\":[7],\"known\":{}}",
                "{\"adverts\":[{\"jws\":\"x\"}],\"known\":{}}",
                "{\"adverts\":[{\"jws\":\"x\",\"life_ms\":-1}],\"known\":{}}",
                "{\"adverts\":[{\"jws\":\"x\",\"life_ms\":100001}],\"known\":{}}",
                "{\"adverts\":[{\"jws\":5,\"life_ms\":1}],\"known\":{}}",
                "{\"adverts\":[],\"known\":{\"tn-1\":0}}",
                "{\"adverts\":[],\"known\":{\"tn-1\":-1}}",
                "{\"adverts\":[],\"known\":{\"tn-1\":1e3}}",
                "{\"adverts\":[],\"known\":{\"tn 1\":1}}",
                "{\"adverts\":[],\"known\":{\"\":1}}",
                "{\"adverts\":[],\"known\":{\"tn-1\":1,\"tn-1\":2}}",
                "{\"adverts\":[],\"known\":[]}",
                "{\"adverts\":[],\"known\":{}} {}",
            })
    void decode_ofSomethingElse_isRefused(String body) {
        assertThatThrownBy(() -> decode(body)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void decode_ofTooMuch_isRefused() {
        Map<NodeId, Long> known = new HashMap<>();
        IntStream.rangeClosed(0, DiscoveryLimits.MOST_NODES).forEach(i -> known.put(new NodeId("n" + i), 1L));
        String longJws = "x".repeat(300_000);

        assertThatThrownBy(() -> ExchangeCodec.decode(ExchangeCodec.encode(new Exchange(List.of(), known, ""))))
                .isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> decode("{\"adverts\":[{\"jws\":\"" + longJws + "\",\"life_ms\":1}],\"known\":{}}"))
                .isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> decode("{\"adverts\":[],\"known\":{},\"yours\":\"" + longJws + "\"}"))
                .isInstanceOf(MalformedMessage.class);
        assertThatThrownBy(() -> decode("{\"adverts\":[],\"known\":{}}" + " ".repeat(1 << 20)))
                .isInstanceOf(MalformedMessage.class);
    }

    @Property(tries = 200)
    void decode_givesBackWhatWasEncoded(
            @ForAll @Size(max = 5) List<String> statements,
            @ForAll @Size(max = 20) List<Integer> sequences,
            @ForAll String yours) {
        Map<NodeId, Long> known = new HashMap<>();
        sequences.forEach(number -> known.put(new NodeId("tn" + number), 1L + Math.abs((long) number)));
        Exchange exchange = new Exchange(
                statements.stream()
                        .map(text -> new TimedAdvert(text, text.length()))
                        .toList(),
                known,
                yours);

        assertThat(ExchangeCodec.decode(ExchangeCodec.encode(exchange))).isEqualTo(exchange);
    }

    private static Exchange decode(String json) {
        return ExchangeCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }
}
