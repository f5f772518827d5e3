package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.TestCertificates;

class TlsManagersTest {

    private static final String[] EC = {"EC"};
    private static final Principal[] ANY = null;

    @TempDir
    static Path directory;

    private final TlsCredentials own = new TestCertificates(directory).sae("sae-a");
    private final X509ExtendedKeyManager manager = TlsManagers.keyManager(own);

    @Test
    void handshakesOfAServer_findThePrivateKeyReady_andDoNotDecryptItEachTime() {
        PrivateKey first = keyOfServer();

        assertThat(first).isEqualTo(own.key());
        assertThat(keyOfServer()).isSameAs(first);
    }

    @Test
    void handshakesOfAClient_findThePrivateKeyReady_andDoNotDecryptItEachTime() {
        PrivateKey first = keyOfClient();

        assertThat(first).isEqualTo(own.key());
        assertThat(keyOfClient()).isSameAs(first);
    }

    private PrivateKey keyOfServer() {
        return manager.getPrivateKey(manager.chooseEngineServerAlias(EC[0], ANY, null));
    }

    private PrivateKey keyOfClient() {
        return manager.getPrivateKey(manager.chooseEngineClientAlias(EC, ANY, null));
    }
}
