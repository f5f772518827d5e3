package org.qkdmesh.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfig.Masters;
import org.qkdmesh.discovery.Advert;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

class NeighbourCheckTest {

    @Test
    void linkThatBothEndsLeaveToTheOther_isNamedWithWhatToDo() {
        Finding finding = NeighbourCheck.upLink(link(0), neighbour(Masters.REMOTE));

        assertThat(finding.level()).isEqualTo(Finding.Level.WARN);
        assertThat(finding.text()).contains("masters is remote here", "leaves it to tn-2");
        assertThat(finding.remedy().orElseThrow()).contains("local or both", "in the file of tn-2");
    }

    @Test
    void linkThatOneEndFetchesFor_isWell() {
        assertThat(NeighbourCheck.upLink(link(1024), neighbour(Masters.REMOTE)).level())
                .isEqualTo(Finding.Level.OK);
        assertThat(NeighbourCheck.upLink(link(0), neighbour(Masters.BOTH)).level())
                .isEqualTo(Finding.Level.OK);
    }

    private static Advert.Link link(long available) {
        return new Advert.Link(new NodeId("tn-1"), true, available);
    }

    private static NodeConfig.Neighbour neighbour(Masters masters) {
        NodeConfig.Kme kme = new NodeConfig.Kme(
                new KmeId("kme-1"),
                new KmeId("kme-2"),
                URI.create("https://localhost:1"),
                new SaeId("tn-1"),
                new SaeId("tn-2"),
                Optional.empty(),
                Optional.empty(),
                masters);
        return new NodeConfig.Neighbour(
                new NodeId("tn-2"), URI.create("https://localhost:2"), Optional.empty(), List.of(kme), Combine.ANY);
    }
}
