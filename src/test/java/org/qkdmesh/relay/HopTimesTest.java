package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.NodePath;

class HopTimesTest {

    @Test
    void header_givesBackWhatEachNodeAdded_nearestFirst() {
        HopTimes egress = HopTimes.NONE.behind(new HopTimes.Node(700, 0));
        HopTimes transit = HopTimes.read(egress.header()).behind(new HopTimes.Node(1500, 900));

        assertThat(transit.header()).isEqualTo("1500-900, 700-0");
        assertThat(HopTimes.read(transit.header())).isEqualTo(transit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1", "1-", "-1-2", "1-2,3-4", "1-2, ", "1234567890-1", "1-2\r\nX: y", "١-٢"})
    void headerOfAnotherForm_countsAsNone(String header) {
        assertThat(HopTimes.read(header)).isEqualTo(HopTimes.NONE);
    }

    @Test
    void headerOfMoreNodesThanAPathCanHave_countsAsNone() {
        String most = "1-1" + ", 1-1".repeat(NodePath.MAX_HOPS - 1);

        assertThat(HopTimes.read(most).nodes()).hasSize(NodePath.MAX_HOPS);
        assertThat(HopTimes.read(most + ", 1-1")).isEqualTo(HopTimes.NONE);
        assertThat(HopTimes.read("1-1, ".repeat(100_000) + "1-1")).isEqualTo(HopTimes.NONE);
        assertThat(HopTimes.read(null)).isEqualTo(HopTimes.NONE);
    }

    @Test
    void impossibleTimes_arePutIntoRange() {
        assertThat(new HopTimes.Node(-5, 3)).isEqualTo(new HopTimes.Node(0, 0));
        assertThat(new HopTimes.Node(5, 9)).isEqualTo(new HopTimes.Node(5, 5));
        assertThat(new HopTimes.Node(Long.MAX_VALUE, 1).totalMicros()).isEqualTo(999_999_999);
    }
}
