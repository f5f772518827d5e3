package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.cli.torture.Proxy.Trouble;

/** What a proxy does to a conversation of single bytes, of which each is answered by the next number. */
class ProxyTest {

    private static final int BRIEFLY_MILLIS = 200;
    private static final int PATIENCE_MILLIS = 10_000;

    private final AtomicInteger worked = new AtomicInteger();
    private ServerSocket server;
    private Proxy proxy;
    private Socket client;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "counter");
        thread.setDaemon(true);
        thread.start();
        proxy = new Proxy(server.getLocalPort());
        client = connect();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    @Test
    void healthy_handsOnBothWays() throws IOException {
        assertThat(ask(client, 1)).isEqualTo(2);
        assertThat(ask(client, 7)).isEqualTo(8);
    }

    @Test
    void cut_endsWhatThereIsAndWhatComes_untilHealed() throws IOException {
        ask(client, 1);
        proxy.set(Trouble.CUT, 0);

        assertThatThrownBy(() -> ask(client, 2)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(connect(), 2)).isInstanceOf(IOException.class);

        proxy.heal();
        assertThat(ask(connect(), 2)).isEqualTo(3);
    }

    @Test
    void reset_isSeenAsAReset_andNewConnectionsWork() throws IOException {
        ask(client, 1);
        proxy.reset();

        assertThatThrownBy(() -> ask(client, 2)).isInstanceOf(SocketException.class);
        assertThat(ask(connect(), 2)).isEqualTo(3);
    }

    @Test
    void blackHole_letsNothingThrough_andAllWhenHealed() throws IOException {
        ask(client, 1);
        proxy.set(Trouble.BLACK_HOLE, 0);

        assertThat(isAnsweredSoon(client, 2)).isFalse();
        assertThat(worked).hasValue(1);

        proxy.heal();
        client.setSoTimeout(PATIENCE_MILLIS);
        assertThat(client.getInputStream().read()).isEqualTo(3);
    }

    @Test
    void noAnswers_letsTheWorkBeDone() throws IOException {
        ask(client, 1);
        proxy.set(Trouble.NO_ANSWERS, 0);

        assertThat(isAnsweredSoon(client, 2)).isFalse();
        assertThat(worked).hasValue(2);
    }

    @Test
    void loseAnswer_resetsWhenTheWorkIsDone() throws IOException {
        for (int i = 0; i < 5; i++) {
            ask(client, i);
        }
        proxy.set(Trouble.LOSE_ANSWER, 0);

        assertThatThrownBy(() -> ask(client, 5)).isInstanceOf(IOException.class);
        assertThat(worked).hasValue(6);
    }

    @Test
    void delay_takesItsTimeBothWays() throws IOException {
        proxy.set(Trouble.DELAY, 50);
        long start = System.nanoTime();

        assertThat(ask(client, 1)).isEqualTo(2);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void whatIsDelayed_comesThroughAtOnce_whenHealed() throws IOException {
        ask(client, 1);
        proxy.set(Trouble.DELAY, 10 * PATIENCE_MILLIS);

        assertThat(isAnsweredSoon(client, 2)).isFalse();

        proxy.heal();
        client.setSoTimeout(PATIENCE_MILLIS);
        assertThat(client.getInputStream().read()).isEqualTo(3);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static int ask(Socket socket, int number) throws IOException {
        socket.getOutputStream().write(number);
        int answer = socket.getInputStream().read();
        if (answer < 0) {
            throw new IOException("ended");
        }
        return answer;
    }

    private static boolean isAnsweredSoon(Socket socket, int number) throws IOException {
        socket.setSoTimeout(BRIEFLY_MILLIS);
        try {
            ask(socket, number);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private void serve() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> answer(socket), "counter");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            for (int number = socket.getInputStream().read();
                    number >= 0;
                    number = socket.getInputStream().read()) {
                worked.incrementAndGet();
                socket.getOutputStream().write(number + 1);
            }
        } catch (IOException e) {
            // This connection is over.
        }
    }
}
