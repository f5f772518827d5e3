package org.qkdmesh.cli.management;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.config.NodeDoor;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.ops.AdminToken;

/**
 * Where a running node is asked.
 *
 * @param name the node's id, or the URL where only that is known
 * @param url of the management port, without a path
 * @param token the file with the token for changes; empty when nobody said where it is
 * @param config the node's configuration; empty when only the URL is known
 * @param saes the SAEs attached to it, as its configuration says
 */
public record NodeAddress(String name, URI url, Optional<Path> token, Optional<Path> config, List<SaeId> saes) {

    public NodeAddress {
        saes = List.copyOf(saes);
    }

    static NodeAddress of(Path config, NodeDoor door) {
        return new NodeAddress(
                door.id().text(),
                URI.create("http://" + door.management()),
                Optional.of(door.data().resolve(AdminToken.FILE)),
                Optional.of(config),
                door.saes());
    }

    /** What to type to start the node. */
    String startCommand() {
        return "./qkd-mesh node --config " + config.map(Path::toString).orElse("FILE");
    }
}
