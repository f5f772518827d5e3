package org.qkdmesh.transport;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.qkdmesh.model.SecretBytes;

/**
 * Guards a management port: a web page in a browser on this machine must not reach it (by a name that it made resolve to
 * loopback, or by a request of its own), and whoever wants to change something must know the token.
 */
final class LoopbackGate implements Gate {

    private static final Pattern LOOPBACK_ADDRESS = Pattern.compile("127(\\.[0-9]{1,3}){3}");
    private static final Set<String> READS = Set.of("GET", "HEAD");
    private static final String BEARER = "Bearer ";

    private final SecretBytes token;

    /** @param token the bytes of the token as they stand in the Authorization header */
    LoopbackGate(SecretBytes token) {
        this.token = token;
    }

    @Override
    public void check(HttpServerRequest request) {
        if (request.headers().getAll("Host").size() > 1) {
            throw HttpRefusal.malformed("more than one Host");
        }
        HostAndPort host = request.authority();
        if (host == null || !isLoopback(host.host())) {
            throw new HttpRefusal(421, "foreign_host", "this port is reached by a loopback name only");
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !origin.equalsIgnoreCase("http://" + request.getHeader("Host"))) {
            throw new HttpRefusal(403, "foreign_origin", "no requests from pages of another origin");
        }
        if (!READS.contains(request.method().name()) && !isHolder(request.getHeader("Authorization"))) {
            throw new HttpRefusal(
                    401, "no_token", "a change needs the token of this node", Map.of("WWW-Authenticate", "Bearer"));
        }
    }

    private static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals("[::1]")
                || name.equals("::1")
                || LOOPBACK_ADDRESS.matcher(name).matches();
    }

    private boolean isHolder(String authorization) {
        if (authorization == null || !authorization.startsWith(BEARER)) {
            return false;
        }
        byte[] shown = authorization.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(shown, token.insecureAccess());
    }
}
