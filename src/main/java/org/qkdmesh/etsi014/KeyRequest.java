package org.qkdmesh.etsi014;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;

/**
 * What a master SAE asks for, defaults filled in and within the limits.
 *
 * @param number of keys
 * @param sizeBits of each, a multiple of 8
 * @param additionalSlaves further slaves beside the one in the path
 * @param mandatoryExtensions names of the parameters that the caller insists on
 */
public record KeyRequest(int number, int sizeBits, List<SaeId> additionalSlaves, List<String> mandatoryExtensions) {

    private static final int MAX_DETAILS = 16;

    public KeyRequest {
        additionalSlaves = List.copyOf(additionalSlaves);
        mandatoryExtensions = List.copyOf(mandatoryExtensions);
    }

    /** A request for keys with nothing special about it. */
    public static KeyRequest of(int number, int sizeBits) {
        return new KeyRequest(number, sizeBits, List.of(), List.of());
    }

    public int sizeBytes() {
        return sizeBits / 8;
    }

    /**
     * Holds the mandatory extensions against those that this server knows.
     *
     * @throws Refusal naming those that it does not know
     */
    public void requireExtensionsAmong(Set<String> known) {
        if (known.containsAll(mandatoryExtensions)) {
            return;
        }
        List<Map<String, String>> unsupported = mandatoryExtensions.stream()
                .filter(name -> !known.contains(name))
                .limit(MAX_DETAILS)
                .map(name -> Map.of("extension_mandatory_unsupported", name))
                .toList();
        throw new Refusal(
                Refusal.Status.BAD_REQUEST, "not all extension_mandatory parameters are supported", unsupported, null);
    }
}
