package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.transport.TlsManagers;

/** A KME as a vendor may have made it: real TLS, and every oddity that can be switched on. */
final class OddKme implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final SecureRandom random = new SecureRandom();
    private final Names names;
    private final Map<String, String> keys;

    volatile int mostKeys = Integer.MAX_VALUE;
    volatile int limit = Integer.MAX_VALUE;
    volatile int unknownIdStatus = 400;
    volatile int statusStatus = 200;
    volatile String contentType = "application/json";
    volatile String errorBody = "{\"message\":\"no\"}";
    volatile boolean getOnly;
    volatile boolean keepsKeys;
    final Set<String> hidden = new HashSet<>();

    /** What its status says: its id and that of the other KME, the SAE at this end and the one at the other. */
    record Names(String kme, String far, String sae, String farSae) {

        static final Names A = new Names("kme-a", "kme-b", "tn-1", "tn-2");
        static final Names B = new Names("kme-b", "kme-a", "tn-2", "tn-1");
    }

    /** @param keys what both ends of the quantum link hold, by id */
    OddKme(Names names, TlsCredentials own, List<X509Certificate> authorities, Map<String, String> keys) {
        this.names = names;
        this.keys = keys;
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new ClientAuth(TlsManagers.context(own, authorities)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/api/v1/keys/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String[] path = exchange.getRequestURI().getPath().split("/");
            boolean get = exchange.getRequestMethod().equals("GET");
            if (getOnly && !get) {
                answer(exchange, 405, errorBody);
                return;
            }
            JsonNode request = get ? query(exchange) : JSON.readTree(body);
            switch (path[path.length - 1]) {
                case "status" -> status(exchange);
                case "enc_keys" -> encKeys(exchange, request);
                default -> decKeys(exchange, request);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode query(HttpExchange exchange) {
        ObjectNode request = JSON.createObjectNode();
        String query = exchange.getRequestURI().getQuery();
        for (String part : query == null ? new String[0] : query.split("&")) {
            String[] pair = part.split("=");
            if (pair[0].equals("key_ID")) {
                request.putArray("key_IDs").addObject().put("key_ID", pair[1]);
            } else {
                request.put(pair[0], Integer.parseInt(pair[1]));
            }
        }
        return request;
    }

    private void status(HttpExchange exchange) throws IOException {
        ObjectNode status = JSON.createObjectNode()
                .put("source_KME_ID", names.kme())
                .put("target_KME_ID", names.far())
                .put("master_SAE_ID", names.sae())
                .put("slave_SAE_ID", names.farSae())
                .put("key_size", 256)
                .put("stored_key_count", 1000)
                .put("max_key_count", 1000)
                .put("max_key_per_request", 20)
                .put("max_key_size", 1024)
                .put("min_key_size", 64)
                .put("max_SAE_ID_count", 0);
        status.remove(hidden);
        answer(exchange, statusStatus, statusStatus == 200 ? status.toString() : errorBody);
    }

    private void encKeys(HttpExchange exchange, JsonNode request) throws IOException {
        int number = request.path("number").asInt(1);
        if (number > limit) {
            answer(exchange, 400, errorBody);
            return;
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putArray("keys");
        for (int i = 0; i < Math.min(number, mostKeys); i++) {
            byte[] bytes = new byte[request.path("size").asInt(256) / 8];
            random.nextBytes(bytes);
            String id = UUID.randomUUID().toString();
            keys.put(id, Base64.getEncoder().encodeToString(bytes));
            list.addObject().put("key_ID", id).put("key", keys.get(id));
        }
        answer(exchange, 200, answer.toString());
    }

    private void decKeys(HttpExchange exchange, JsonNode request) throws IOException {
        List<String> ids = request.path("key_IDs").findValuesAsText("key_ID");
        if (!keys.keySet().containsAll(ids)) {
            answer(exchange, unknownIdStatus, errorBody);
            return;
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putArray("keys");
        for (String id : ids) {
            list.addObject().put("key_ID", id).put("key", keepsKeys ? keys.get(id) : keys.remove(id));
        }
        answer(exchange, 200, answer.toString());
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static final class ClientAuth extends HttpsConfigurator {
        private ClientAuth(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters tls = getSSLContext().getDefaultSSLParameters();
            tls.setNeedClientAuth(true);
            parameters.setSSLParameters(tls);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
