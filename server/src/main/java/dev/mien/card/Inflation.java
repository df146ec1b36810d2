package dev.mien.card;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/// What the compressed parts of one file may still become. A few bytes can be made to unpack to more than a computer
/// has, so each part is unpacked only as far as is left.
final class Inflation {
    /// Whatever is smaller than this may be as well compressed as it likes.
    private static final int UNSUSPICIOUS = 1024 * 1024;

    /// Texts come to one tenth or one twentieth, and only what was made for it to less than this.
    private static final int MOST_RATIO = 100;

    private final int maximum;
    private long left;

    Inflation(int maximum) {
        this.maximum = maximum;
        this.left = maximum;
    }

    /// All of a stream.
    ///
    /// @param what it is called in a refusal
    /// @param compressed how many bytes it comes from; negative where that is not known
    byte[] read(InputStream in, String what, long compressed) throws IOException {
        long most = compressed < 0 ? left : Math.min(left, Math.max(UNSUSPICIOUS, compressed * MOST_RATIO));
        var out = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (out.size() + n > most) {
                throw new Refusal(
                        most == left
                                ? what + " unpacks to more than the " + maximum + " bytes that a card may take."
                                : what + " unpacks to more than " + MOST_RATIO
                                        + " times its size, as only a zip bomb does.");
            }
            out.write(buffer, 0, n);
        }
        left -= out.size();
        return out.toByteArray();
    }
}
