package dev.mien.asset;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Makes small pictures of large ones.
///
/// **Invariant: what it takes in memory has a bound that does not depend on the picture.** A file of a few hundred
/// bytes can announce billions of pixels. So the announced size is looked at before anything is decoded, twice: as
/// [Format] reads it, and as the decoder does, which may believe another header. Decoders of PNG, JPEG and GIF leave
/// out pixels while they read, so only [#MOST_DECODED] are kept; the one of WebP makes the whole picture first, so
/// there the heap is the limit.
final class Drawing {
    /// Larger ones are refused.
    static final long MOST_PIXELS = 64_000_000;
    /// A row is held whole.
    static final int LONGEST_SIDE = 32_767;
    /// The decoder keeps all coefficients of a progressive JPEG until its end, outside of the heap.
    private static final long MOST_PROGRESSIVE = 24_000_000;

    private static final long MOST_DECODED = 2_000_000;
    private static final long MOST_WEBP =
            Math.min(16_000_000, Runtime.getRuntime().maxMemory() / 16);

    private static final float JPEG_QUALITY = 0.85f;

    static {
        // No display is asked for, and no files are made for what fits into memory.
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false);
    }

    private Drawing() {}

    /// The first frame, as large as fits: its shorter side has at most `size` pixels and its longer side at most four
    /// times as many. It is never enlarged.
    ///
    /// @param patience longest time that it may take
    static Thumbnail draw(byte[] bytes, int size, Duration patience) throws UndrawableException {
        var format = Format.of(bytes);
        if (!format.isPicture()) {
            throw new UndrawableException("it is no picture in PNG, JPEG, GIF or WebP");
        }
        requireSmall(format.width(), format.height(), format, bytes);
        try {
            var decoded = decode(bytes, format, size, System.nanoTime() + patience.toNanos());
            return encode(scaled(upright(decoded, bytes), size));
        } catch (IOException | RuntimeException e) {
            // Decoders meet a damaged file with whatever exception comes first.
            throw new UndrawableException("it is damaged, or of a kind that is not known here");
        }
    }

    private static void requireSmall(int width, int height, Format format, byte[] bytes) throws UndrawableException {
        if (width < 1 || height < 1) {
            throw new UndrawableException("it does not say how large it is");
        }
        long most = MOST_PIXELS;
        if (format.type().equals(Format.WEBP)) {
            most = MOST_WEBP;
        } else if (Format.isProgressiveJpeg(bytes)) {
            most = MOST_PROGRESSIVE;
        }
        if ((long) width * height > most || Math.max(width, height) > LONGEST_SIDE) {
            throw new UndrawableException("it has " + width + " × " + height + " pixels, and at most " + most
                    + " are drawn, at most " + LONGEST_SIDE + " in a row");
        }
    }

    private static BufferedImage decode(byte[] bytes, Format format, int size, long deadline)
            throws IOException, UndrawableException {
        var readers = ImageIO.getImageReadersByMIMEType(format.type());
        if (!readers.hasNext()) {
            throw new UndrawableException("nothing here reads " + format.type());
        }
        var reader = readers.next();
        try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(input, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            requireSmall(width, height, format, bytes);
            var parameters = reader.getDefaultReadParam();
            int step = step(width, height, size);
            parameters.setSourceSubsampling(step, step, 0, 0);
            reader.addIIOReadProgressListener(new Deadline(deadline));
            var image = reader.read(0, parameters);
            if (System.nanoTime() > deadline) {
                throw new UndrawableException("it takes too long");
            }
            return image;
        } finally {
            reader.dispose();
        }
    }

    /// Every how manieth pixel is decoded: twice as many as are wanted, so that they can be smoothed, but no more than
    /// there is room for.
    private static int step(int width, int height, int size) {
        int step = Math.max(1, Math.min(width, height) / (2 * size));
        while ((long) (width / step) * (height / step) > MOST_DECODED) {
            step++;
        }
        return step;
    }

    /// Ends a decoder that is still at work behind the deadline.
    private record Deadline(long nanoTime) implements IIOReadProgressListener {
        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            if (System.nanoTime() > nanoTime) {
                source.abort();
            }
        }

        @Override
        public void sequenceStarted(ImageReader source, int minIndex) {}

        @Override
        public void sequenceComplete(ImageReader source) {}

        @Override
        public void imageStarted(ImageReader source, int imageIndex) {}

        @Override
        public void imageComplete(ImageReader source) {}

        @Override
        public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageReader source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageReader source) {}

        @Override
        public void readAborted(ImageReader source) {}
    }

    /// As the camera was held, which photographs say beside the pixels.
    private static BufferedImage upright(BufferedImage image, byte[] bytes) {
        int orientation = Orientation.of(bytes);
        if (orientation == Orientation.UPRIGHT) {
            return image;
        }
        int width = image.getWidth();
        int height = image.getHeight();
        boolean turned = orientation >= 5;
        var upright = new BufferedImage(turned ? height : width, turned ? width : height, kind(image));
        draw(upright, graphics -> graphics.drawImage(image, Orientation.transform(orientation, width, height), null));
        return upright;
    }

    private static int kind(BufferedImage image) {
        return image.getColorModel().hasAlpha() ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
    }

    /// Halved as often as is possible, so that each pixel has its part, and brought to its size in a last step.
    private static BufferedImage scaled(BufferedImage image, int size) {
        double factor = Math.min(
                1,
                Math.min(
                        (double) size / Math.min(image.getWidth(), image.getHeight()),
                        4.0 * size / Math.max(image.getWidth(), image.getHeight())));
        int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
        int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
        var now = image;
        while (now.getWidth() >= 2 * width && now.getHeight() >= 2 * height) {
            now = resized(now, now.getWidth() / 2, now.getHeight() / 2);
        }
        return resized(now, width, height);
    }

    private static BufferedImage resized(BufferedImage image, int width, int height) {
        var smaller = new BufferedImage(width, height, kind(image));
        draw(smaller, graphics -> graphics.drawImage(image, 0, 0, width, height, null));
        return smaller;
    }

    private interface Painting {
        void on(Graphics2D graphics);
    }

    private static void draw(BufferedImage image, Painting painting) {
        var graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            painting.on(graphics);
        } finally {
            graphics.dispose();
        }
    }

    private static Thumbnail encode(BufferedImage image) throws IOException {
        var bytes = new ByteArrayOutputStream();
        boolean transparent = image.getColorModel().hasAlpha();
        var writer = ImageIO.getImageWritersByFormatName(transparent ? "png" : "jpeg")
                .next();
        try (var output = ImageIO.createImageOutputStream(bytes)) {
            var parameters = writer.getDefaultWriteParam();
            if (!transparent) {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(JPEG_QUALITY);
            }
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return new Thumbnail(transparent ? Format.PNG : Format.JPEG, bytes.toByteArray());
    }
}
