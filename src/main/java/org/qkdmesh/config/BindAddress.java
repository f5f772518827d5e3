package org.qkdmesh.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a server listens: {@code host:port}, IPv6 in brackets, as in {@code 0.0.0.0:9010}, {@code [::]:9010}.
 *
 * @param host without brackets
 * @param port 0 to 65535; 0 lets the system choose
 */
public record BindAddress(String host, int port) {

    public BindAddress {
        if (host.isEmpty() || port < 0 || port > 65535) {
            throw new IllegalArgumentException("expected host:port with a port of 0 to 65535");
        }
    }

    /**
     * @throws IllegalArgumentException when {@code text} is not of that form
     */
    public static BindAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        String port = text.substring(colon + 1);
        if (host.contains(":") != bracketed || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("expected host:port, or [host]:port for IPv6");
        }
        return new BindAddress(host, Integer.parseInt(port));
    }

    /** Whether only programs on this machine can connect. */
    public boolean isLoopback() {
        try {
            return resolved().isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    public InetAddress resolved() throws UnknownHostException {
        return InetAddress.getByName(host);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
