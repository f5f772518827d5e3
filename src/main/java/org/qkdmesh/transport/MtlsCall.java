package org.qkdmesh.transport;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One call, held to one deadline from asking for a connection to the last byte of the answer, however slowly the other
 * end drips. The caller's thread waits; all else happens on an event loop. Every failure becomes a {@link CallFailure}.
 */
final class MtlsCall {

    private static final int MAX_HEADERS = 64;
    private static final int MAX_LENGTH_DIGITS = 9;
    private static final String TOO_LARGE = "the answer is larger than " + HttpClientSetup.MAX_ANSWER_BYTES + " bytes";

    /** An answer that was read to its end. */
    record Answer(int status, Map<String, String> headers, byte[] body) {}

    private final HttpClient client;
    private final String host;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private HttpClientRequest request;
    private Context loop;
    private boolean givenUp;

    /** @param host for messages */
    MtlsCall(HttpClient client, String host) {
        this.client = client;
        this.host = host;
    }

    /**
     * @param millis for the whole call
     * @throws CallFailure when no answer came
     */
    Answer send(RequestOptions options, Buffer body, long millis) throws CallFailure, InterruptedException {
        if (millis <= 0) {
            throw new CallTimedOut(CallFailure.Outcome.NOT_SENT, "no time left for the call", null);
        }
        client.request(options).onSuccess(opened -> opened(opened, body)).onFailure(answer::completeExceptionally);
        try {
            return answer.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            giveUp();
            throw new CallFailure(
                    outcome(), "call to " + host + " failed: " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            giveUp();
            throw new CallTimedOut(outcome(), "no answer from " + host + " within " + millis + " ms", e);
        } catch (InterruptedException e) {
            giveUp();
            throw e;
        }
    }

    /** There is a connection, TLS included: from here on bytes are sent, unless nobody waits any more. */
    private void opened(HttpClientRequest opened, Buffer body) {
        synchronized (this) {
            opened.exceptionHandler(answer::completeExceptionally);
            if (givenUp) {
                opened.reset();
                return;
            }
            request = opened;
            loop = Vertx.currentContext();
        }
        opened.send(body).onSuccess(this::read).onFailure(answer::completeExceptionally);
    }

    private void read(HttpClientResponse response) {
        Buffer body = Buffer.buffer();
        response.exceptionHandler(answer::completeExceptionally);
        response.handler(part -> {
            if (body.length() + part.length() > HttpClientSetup.MAX_ANSWER_BYTES) {
                answer.completeExceptionally(new IOException(TOO_LARGE));
            } else {
                body.appendBuffer(part);
            }
        });
        // In the loop's next turn the connection is free again, so that the caller's next call finds it.
        response.endHandler(end -> loop.runOnContext(next -> answer.complete(answer(response, body))));
        String fault = faultOf(response);
        if (fault != null) {
            answer.completeExceptionally(new IOException(fault));
        }
    }

    /** What is wrong with the head of an answer; null when nothing is. */
    private static String faultOf(HttpClientResponse response) {
        String encoding = response.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return "the answer is compressed, which was not asked for";
        }
        if (response.headers().entries().size() > MAX_HEADERS) {
            return "the answer has more than " + MAX_HEADERS + " headers";
        }
        String length = response.getHeader("Content-Length");
        boolean tooLarge = length != null
                && (length.length() > MAX_LENGTH_DIGITS || Long.parseLong(length) > HttpClientSetup.MAX_ANSWER_BYTES);
        return tooLarge ? TOO_LARGE : null;
    }

    private static Answer answer(HttpClientResponse response, Buffer body) {
        Map<String, String> headers = new LinkedHashMap<>();
        response.headers().forEach(headers::put);
        return new Answer(response.statusCode(), headers, body.getBytes());
    }

    /** Nothing is sent any more, and what was begun is broken off, the connection with it. */
    private void giveUp() {
        HttpClientRequest sent;
        synchronized (this) {
            givenUp = true;
            sent = request;
        }
        if (sent != null) {
            sent.reset();
        }
    }

    private synchronized CallFailure.Outcome outcome() {
        return request == null ? CallFailure.Outcome.NOT_SENT : CallFailure.Outcome.UNKNOWN;
    }
}
