package dev.mien.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/// Which addresses may be told. A webhook's URL is chosen by whoever may register one, and is then asked from inside
/// this network, so without care it would reach what only this network reaches.
///
/// What is checked is the address that is then connected to: a name may resolve to something else a moment later.
final class Targets {
    private Targets() {}

    /// @throws IllegalArgumentException in one clear sentence without its full stop, for what is no address of a target
    static URI parse(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be an http or https address", e);
        }
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("must be an http or https address without a user and a fragment");
        }
        if (!url.chars().allMatch(c -> c > ' ' && c <= '~') || url.length() > 2_000) {
            throw new IllegalArgumentException("must be at most 2,000 visible ASCII characters");
        }
        return uri;
    }

    /// The address to connect to.
    ///
    /// @throws IllegalArgumentException in one clear sentence without its full stop, if one of the name's addresses
    /// must not be asked
    static InetAddress resolve(URI uri, boolean allowPrivate) throws UnknownHostException {
        // All of them: which one a name gives first is up to whoever answers for it.
        var addresses = InetAddress.getAllByName(uri.getHost());
        for (var address : addresses) {
            if (!allowPrivate && !isPublic(address)) {
                throw new IllegalArgumentException("leads to an address that is not public (webhook.allow-private)");
            }
        }
        return addresses[0];
    }

    /// Whether an address is one of the public internet (IANA's registries of special-purpose addresses).
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] b = address.getAddress();
        int first = b[0] & 0xff;
        int second = b[1] & 0xff;
        int third = b[2] & 0xff;
        if (address instanceof Inet4Address) {
            return !(first == 0
                    || first >= 240
                    || (first == 100 && second >= 64 && second < 128)
                    || (first == 192 && second == 0 && (third == 0 || third == 2))
                    || (first == 192 && second == 88 && third == 99)
                    || (first == 198 && (second == 18 || second == 19))
                    || (first == 198 && second == 51 && third == 100)
                    || (first == 203 && second == 0 && third == 113));
        }
        // Only 2000::/3 is given out; in it, 6to4, Teredo and others hold an address of another network.
        boolean special = (first == 0x20 && second == 0x02)
                || (first == 0x20 && second == 0x01 && (third < 2 || (third == 0x0d && (b[3] & 0xff) == 0xb8)));
        return (first & 0xe0) == 0x20 && !special;
    }
}
