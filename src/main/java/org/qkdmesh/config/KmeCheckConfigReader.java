package org.qkdmesh.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;

/** Reads what {@code doctor --kme} looks at: {@code config/kme-check.schema.json} says what may stand there. */
public final class KmeCheckConfigReader {

    static final String SCHEMA = "kme-check.schema.json";

    private KmeCheckConfigReader() {}

    /**
     * @param environment variables that replace single values, as for {@link NodeConfigReader#read}
     * @throws ConfigMistakes all that is wrong, at once
     */
    public static KmeCheckConfig read(Path file, Map<String, String> environment, CertificateRules certificates)
            throws ConfigMistakes {
        ConfigFile config = ConfigFile.read(file, environment, new ConfigSchema(SCHEMA));
        Section root = config.root();
        FileChecks files = new FileChecks(certificates);
        check(root.section("here"), files);
        check(root.section("there"), files);
        config.throwMistakes();
        Section there = root.section("there");
        return new KmeCheckConfig(
                kme(root.section("here")),
                there.value("sae_id", SaeId::new).orElseThrow(),
                there.text("url").isPresent() ? Optional.of(kme(there)) : Optional.empty());
    }

    private static KmeCheckConfig.Kme kme(Section kme) {
        return new KmeCheckConfig.Kme(
                kme.value("id", KmeId::new).orElseThrow(),
                NodeConfigReader.url(kme).orElseThrow(),
                kme.path("ca"),
                kme.path("certificate"),
                kme.value("sae_id", SaeId::new).orElseThrow(),
                new NodeConfig.Credentials(
                        kme.path("client_certificate").orElseThrow(),
                        kme.path("client_key").orElseThrow()));
    }

    private static void check(Section kme, FileChecks files) {
        boolean known = files.certificates(kme, "ca") | files.certificates(kme, "certificate");
        if (NodeConfigReader.url(kme).isPresent()
                && !known
                && kme.text("ca").isEmpty()
                && kme.text("certificate").isEmpty()) {
            kme.mistake(
                    "url",
                    "expected beside it ca, the authority that certifies this KME, or certificate, the KME's own");
        }
        files.credentials(kme, "client_certificate", "client_key");
    }
}
