package org.qkdmesh.cli.management;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.qkdmesh.transport.RouteServer;

/** Asks one running node by its management port. Safe for use by several threads. */
public final class ManagementClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final int MAX_BYTES = 16 << 20;

    /** The token is some forty letters; what is longer is another file. */
    private static final int MAX_TOKEN_BYTES = 1024;

    /**
     * An answer of any status.
     *
     * @param json the body; missing when it is empty or no JSON
     */
    public record Answer(int status, JsonNode json, String text) {}

    private final NodeAddress node;
    private final Duration patience;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /** @param patience how long to wait for an answer */
    public ManagementClient(NodeAddress node, Duration patience) {
        this.node = node;
        this.patience = patience;
    }

    public NodeAddress node() {
        return node;
    }

    /**
     * Reads a document.
     *
     * @param path with its query, as in {@code /manage/links}
     * @throws NodeNotReached when the node does not run, or does not answer in time
     * @throws NodeRefused when the answer is not 200
     */
    public JsonNode read(String path) throws IOException {
        return served(ask("GET", path));
    }

    /** Reads whatever comes, of any status: health answers 503 when the node is not ready. */
    public Answer ask(String path) throws IOException {
        return ask("GET", path);
    }

    private Answer ask(String method, String path) throws IOException {
        return send(request(path).method(method, HttpRequest.BodyPublishers.noBody()));
    }

    /**
     * Asks for a change, with the node's token.
     *
     * @param body sent as JSON; null for none
     * @throws NodeRefused also when the token cannot be read
     */
    public JsonNode change(String method, String path, JsonNode body) throws IOException {
        HttpRequest.BodyPublisher publisher = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
        HttpRequest.Builder request = request(path)
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(method, publisher);
        return served(send(request));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(node.url() + path)).timeout(patience);
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                byte[] body = in.readNBytes(MAX_BYTES);
                return new Answer(response.statusCode(), json(body), new String(body, StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeNotReached(node, "was not waited for", "Ask again.", e);
        } catch (HttpTimeoutException e) {
            throw new NodeNotReached(
                    node,
                    "does not answer at " + node.url().getAuthority() + " within " + patience.toSeconds() + " s",
                    "It may hang: look into its log, or start it again.",
                    e);
        } catch (IOException e) {
            throw new NodeNotReached(
                    node,
                    "is not running: nothing answers at " + node.url().getAuthority(),
                    "Start it: " + node.startCommand(),
                    e);
        }
    }

    private JsonNode served(Answer answer) throws NodeRefused {
        if (answer.status() == 200 && !answer.json().isMissingNode()) {
            return answer.json();
        }
        String said = answer.json().path("message").asText("");
        if (answer.status() == 401) {
            throw new NodeRefused(
                    401,
                    "what listens at " + node.url().getAuthority() + " does not take the token in "
                            + node.token().map(Path::toString).orElse("no file")
                            + ". Is that the data directory of the node that runs there?");
        }
        if (said.isEmpty()) {
            throw new NodeRefused(
                    answer.status(),
                    "what listens at " + node.url().getAuthority() + " answered " + answer.status()
                            + " in no form that is known. Is it a node of qkd-mesh, of this version?");
        }
        if (answer.status() == 404 && said.equals(RouteServer.NO_SUCH_PATH)) {
            throw new NodeRefused(
                    404,
                    "what listens at " + node.url().getAuthority() + " serves no such path. Is it " + node.name()
                            + ", of this version, or another program of qkd-mesh?");
        }
        throw new NodeRefused(answer.status(), node.name() + " refused: " + said, answer.json());
    }

    private static JsonNode json(byte[] body) throws IOException {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    private String token() throws NodeRefused {
        Path file = node.token()
                .orElseThrow(() -> new NodeRefused(
                        0, "a change needs the node's token: name its file with --token-file, or the node's --config"));
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_TOKEN_BYTES), StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            throw new NodeRefused(
                    0,
                    "there is no token at " + file + ": " + node.name()
                            + " writes it when it starts. Is it running on this machine, from this directory?");
        } catch (AccessDeniedException e) {
            throw new NodeRefused(
                    0, "the token at " + file + " may be read only by the user that " + node.name() + " runs as");
        } catch (IOException e) {
            throw new NodeRefused(0, "the token at " + file + " cannot be read: " + e.getMessage());
        }
    }
}
