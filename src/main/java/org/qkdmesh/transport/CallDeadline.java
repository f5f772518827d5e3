package org.qkdmesh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * Holds each call of an HTTP client to one deadline, from asking for a connection to the last byte of the answer's body,
 * however slowly the other end drips. So that it can, it reads the body itself, up to a limit. Every failure becomes a
 * {@link CallFailure}.
 */
final class CallDeadline implements ExecChainHandler {

    private static final String SENDING = "qkd-mesh.sending";

    private final ScheduledExecutorService timer;
    private final long defaultMillis;
    private final int maxBodyBytes;

    CallDeadline(ScheduledExecutorService timer, long defaultMillis, int maxBodyBytes) {
        this.timer = timer;
        this.defaultMillis = defaultMillis;
        this.maxBodyBytes = maxBodyBytes;
    }

    void installIn(HttpClientBuilder client) {
        client.addExecInterceptorFirst("qkd-deadline", this);
        // The last link of the chain comes after the connection is there, and before the first byte is sent.
        client.addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "qkd-sending", (request, scope, chain) -> {
            scope.clientContext.setAttribute(SENDING, Boolean.TRUE);
            return chain.proceed(request, scope);
        });
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException {
        long millis = timeOf(request);
        if (millis <= 0) {
            throw new CallTimedOut(CallFailure.Outcome.NOT_SENT, "no time left for the call", null);
        }
        scope.clientContext.setRequestConfig(within(scope.clientContext.getRequestConfigOrDefault(), millis));
        AtomicBoolean expired = new AtomicBoolean();
        ScheduledFuture<?> deadline = timer.schedule(() -> abort(scope, expired), millis, TimeUnit.MILLISECONDS);
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            readBody(response);
            if (expired.get()) {
                throw new IOException("the answer came too late");
            }
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            scope.execRuntime.discardEndpoint();
            throw failure(scope, expired.get(), millis, e);
        } finally {
            deadline.cancel(false);
        }
    }

    /** Closes the connection under the call, at whatever point it is. */
    private static void abort(ExecChain.Scope scope, AtomicBoolean expired) {
        expired.set(true);
        if (scope.originalRequest instanceof Cancellable request) {
            request.cancel();
        }
        scope.execRuntime.discardEndpoint();
    }

    private long timeOf(ClassicHttpRequest request) throws CallFailure {
        Header header = request.getFirstHeader(HttpClientSetup.CALL_MILLIS);
        if (header == null) {
            return defaultMillis;
        }
        request.removeHeaders(HttpClientSetup.CALL_MILLIS);
        try {
            return Math.min(Long.parseLong(header.getValue()), HttpClientSetup.MAX_CALL_MILLIS);
        } catch (NumberFormatException e) {
            throw new CallFailure(CallFailure.Outcome.NOT_SENT, HttpClientSetup.CALL_MILLIS + " is no number", e);
        }
    }

    private static RequestConfig within(RequestConfig config, long millis) {
        @SuppressWarnings("deprecation") // Camel gives the time to connect there, and the client still obeys it.
        Timeout connect = config.getConnectTimeout();
        RequestConfig.Builder shorter = RequestConfig.copy(config)
                .setConnectionRequestTimeout(shorter(config.getConnectionRequestTimeout(), millis))
                .setResponseTimeout(Timeout.ofMilliseconds(millis));
        return withConnectTimeout(shorter, shorter(connect, millis)).build();
    }

    @SuppressWarnings("deprecation")
    private static RequestConfig.Builder withConnectTimeout(RequestConfig.Builder config, Timeout connect) {
        return config.setConnectTimeout(connect);
    }

    private static Timeout shorter(Timeout limit, long millis) {
        return limit == null || limit.isDisabled() || limit.toMilliseconds() > millis
                ? Timeout.ofMilliseconds(millis)
                : limit;
    }

    private void readBody(ClassicHttpResponse response) throws IOException {
        Header encoding = response.getFirstHeader("Content-Encoding");
        if (encoding != null && !encoding.getValue().equalsIgnoreCase("identity")) {
            throw new IOException("the answer is compressed, which was not asked for");
        }
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return;
        }
        if (entity.getContentLength() > maxBodyBytes) {
            throw new IOException("the answer is larger than " + maxBodyBytes + " bytes");
        }
        byte[] body;
        try (InputStream in = entity.getContent()) {
            body = read(in);
        }
        response.setEntity(new ByteArrayEntity(body, ContentType.parseLenient(entity.getContentType())));
    }

    /** It may hold keys: what it was read into is erased. */
    private byte[] read(InputStream in) throws IOException {
        byte[] body = new byte[8192];
        int length = 0;
        try {
            for (int more = in.read(body); more >= 0; more = in.read(body, length, body.length - length)) {
                length += more;
                if (length > maxBodyBytes) {
                    throw new IOException("the answer is larger than " + maxBodyBytes + " bytes");
                }
                if (length == body.length) {
                    byte[] longer = Arrays.copyOf(body, 2 * length);
                    Arrays.fill(body, (byte) 0);
                    body = longer;
                }
            }
            return Arrays.copyOf(body, length);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private static CallFailure failure(ExecChain.Scope scope, boolean expired, long millis, Exception cause) {
        boolean sending = scope.clientContext.getAttribute(SENDING) != null;
        CallFailure.Outcome outcome = sending ? CallFailure.Outcome.UNKNOWN : CallFailure.Outcome.NOT_SENT;
        String host = String.valueOf(scope.route.getTargetHost());
        // The socket has the same time to wait for the answer, and may be the first to notice that it is over.
        return expired || sending && cause instanceof SocketTimeoutException
                ? new CallTimedOut(outcome, "no answer from " + host + " within " + millis + " ms", cause)
                : new CallFailure(outcome, "call to " + host + " failed: " + cause.getMessage(), cause);
    }
}
