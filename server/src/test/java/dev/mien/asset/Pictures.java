package dev.mien.asset;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/// Pictures for tests.
public final class Pictures {
    /// 12 × 18 pixels in WebP: red, lossy; half-transparent blue, lossless; green and then yellow, animated.
    public static final byte[] WEBP_LOSSY = Base64.getDecoder()
            .decode("UklGRj4AAABXRUJQVlA4IDIAAACwAgCdASoMABIAPxFysFAsJqSisAgBgCIJQAAPZAAA/uX6P73LRWBf/7g/UH8QT5kAAA==");

    public static final byte[] WEBP_LOSSLESS =
            Base64.getDecoder().decode("UklGRh4AAABXRUJQVlA4TBEAAAAvC0AEEAdQj1IUuYCBiOh/AAA=");
    public static final byte[] WEBP_ANIMATED = Base64.getDecoder()
            .decode(
                    "UklGRogAAABXRUJQVlA4WAoAAAACAAAACwAAEQAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAsAABEAADIAAAJWUDhMEQAAAC8L"
                            + "QAQAB1DkUpSi/4GI6H8AAEFOTUYqAAAAAAAAAAAACwAAEQAAMgAAAFZQOEwRAAAALwtABAAHUOQil6L/gYjofwAA");

    private Pictures() {}

    /// One colour, with a darker upper half.
    public static BufferedImage picture(int width, int height, Color color) {
        boolean transparent = color.getAlpha() < 255;
        var image = new BufferedImage(
                width, height, transparent ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (y < height / 2 ? color.darker() : color).getRGB());
            }
        }
        return image;
    }

    /// @param format `png`, `jpeg` or `gif`
    public static byte[] encode(BufferedImage image, String format) {
        var bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, bytes)) {
                throw new IllegalStateException("nothing writes " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static byte[] png(int width, int height) {
        return encode(picture(width, height, Color.RED), "png");
    }

    public static BufferedImage decode(byte[] bytes) {
        try {
            return ImageIO.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A well-formed PNG that announces this size and has `rows` of its rows, all black.
    public static byte[] announcing(int width, int height, int rows) {
        var deflater = new Deflater(9);
        var packed = new ByteArrayOutputStream();
        byte[] row = new byte[1 + (width + 7) / 8];
        byte[] buffer = new byte[64 * 1024];
        for (int i = 0; i < rows; i++) {
            deflater.setInput(row);
            while (!deflater.needsInput()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            packed.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        var file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        var header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 1);
        file.writeBytes(chunk("IHDR", header.array()));
        file.writeBytes(chunk("IDAT", packed.toByteArray()));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    private static byte[] chunk(String type, byte[] data) {
        var chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length);
        chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
        var crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + data.length);
        return chunk.putInt((int) crc.getValue()).array();
    }

    /// A JPEG that says how it is to be turned.
    public static byte[] turned(byte[] jpeg, int orientation) {
        byte[] exif = {
            (byte) 0xff,
            (byte) 0xe1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            1,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0,
            0,
            0,
            0,
            0
        };
        var turned = new ByteArrayOutputStream();
        turned.write(jpeg, 0, 2);
        turned.writeBytes(exif);
        turned.write(jpeg, 2, jpeg.length - 2);
        return turned.toByteArray();
    }
}
