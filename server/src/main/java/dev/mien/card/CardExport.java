package dev.mien.card;

import dev.mien.asset.Asset;
import dev.mien.asset.AssetService;
import dev.mien.asset.Format;
import dev.mien.http.Json;
import dev.mien.http.ProblemException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A persona as a card in a container. The same persona gives the same bytes each time.
final class CardExport {
    private static final String ICON = "icon";
    private static final String MAIN = "main";
    private static final String DEFAULT = "ccdefault:";
    /// Where the picture goes in a CHARX that has no place for it.
    private static final String ICON_PATH = "assets/icon/images/main";

    private static final String REDUCED =
            "This is a reduced copy of a card of version 3, for programs that read no other.";
    private static final int PLAIN_WIDTH = 400;
    private static final int PLAIN_HEIGHT = 600;
    /// In pixels; the largest that pictures are drawn in.
    private static final int DRAWN = 512;

    private final AssetService assets;
    private final ObjectNode persona;
    private final Map<String, String> files;
    private final String avatar;

    CardExport(AssetService assets, ObjectNode persona) {
        this.assets = assets;
        this.persona = persona;
        this.files = CardAssets.filesOf(persona);
        this.avatar = persona.path("avatar").stringValue("");
    }

    /// A card, finished to be sent.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Exported(byte[] bytes, List<Loss> losses) {}

    Exported json(Spec spec) {
        var losses = new ArrayList<Loss>();
        var root = root(spec, losses);
        eachAsset(root, (asset, pointer) -> {
            if (CardAssets.path(uri(asset), files.keySet()) != null) {
                losses.add(Loss.lost(pointer));
            }
        });
        if (!avatar.isEmpty()) {
            losses.add(Loss.lost("/avatar"));
        }
        return new Exported(Json.write(root), losses);
    }

    private ObjectNode root(Spec spec, List<Loss> losses) {
        var written = CardTree.write(persona, spec);
        losses.addAll(written.losses());
        var root = written.root();
        eachAsset(root, (asset, pointer) -> {
            String address = CardAssets.isInline(uri(asset)) ? files.get(uri(asset)) : null;
            if (address != null && uri(asset).endsWith(address)) {
                var content = content(address);
                if (content == null) {
                    losses.add(Loss.lost(pointer));
                } else {
                    String head = uri(asset).substring(0, uri(asset).length() - address.length());
                    asset.put("uri", head + Base64.getEncoder().encodeToString(content.bytes()));
                }
            }
        });
        return root;
    }

    private static String uri(ObjectNode asset) {
        return asset.path("uri").asString("");
    }

    private static void eachAsset(ObjectNode root, BiConsumer<ObjectNode, String> action) {
        eachAsset(root.path("data").path("assets"), "/data/assets", action);
        eachAsset(
                root.path("data")
                        .path("extensions")
                        .path(CardTree.V3_KEPT)
                        .path("data")
                        .path("assets"),
                "/data/extensions/mien~1v3/data/assets",
                action);
    }

    private static void eachAsset(JsonNode assets, String pointer, BiConsumer<ObjectNode, String> action) {
        int position = 0;
        for (var each : assets) {
            if (each instanceof ObjectNode asset) {
                action.accept(asset, pointer + "/" + position);
            }
            position++;
        }
    }

    /// Null where it is gone, as it is where somebody wrote the document by hand.
    private @Nullable Asset content(String address) {
        return assets.get(address).orElse(null);
    }

    /// The card in its picture. All that is in the picture besides cards stays byte for byte.
    Exported png(Spec spec) {
        var losses = new ArrayList<Loss>();
        var root = root(spec, losses);
        var chunks = new ArrayList<Png.Text>();
        eachAsset(root, (asset, pointer) -> {
            String path = CardAssets.path(uri(asset), files.keySet());
            if (path == null) {
                return;
            }
            if (path.startsWith(CardReader.ASSET)) {
                return;
            }
            if (!avatar.isEmpty()
                    && avatar.equals(files.get(path))
                    && asset.path("type").asString("").equals(ICON)) {
                asset.put("uri", DEFAULT);
            } else {
                losses.add(Loss.lost(pointer));
            }
        });
        var png = Png.read(picture(losses));
        files.forEach((path, address) -> {
            if (path.startsWith(CardReader.ASSET)) {
                String rest = path.substring(CardReader.ASSET.length());
                boolean isThere = png.hasText(CardReader.ASSET_PREFIX + ":" + rest)
                        || png.hasText(CardReader.ASSET_PREFIX + rest);
                var content = isThere || !Png.isKeyword(CardReader.ASSET_PREFIX + ":" + rest) ? null : content(address);
                if (content != null) {
                    chunks.add(text(CardReader.ASSET_PREFIX + ":" + rest, content.bytes()));
                } else if (!isThere) {
                    losses.add(Loss.lost("/files/" + Pointers.escape(path)));
                }
            }
        });
        if (spec == Spec.V3) {
            chunks.add(text(CardReader.V1_AND_V2, Json.write(reducedCopy())));
            chunks.add(text(CardReader.V3, Json.write(root)));
        } else {
            chunks.add(text(CardReader.V1_AND_V2, Json.write(root)));
        }
        return new Exported(png.with(CardReader.CARDS::contains, chunks), losses);
    }

    private static Png.Text text(String keyword, byte[] content) {
        return new Png.Text(keyword, Base64.getEncoder().encode(content));
    }

    /// Without what only an import here could use of it, since that reads the whole card beside it.
    private ObjectNode reducedCopy() {
        var copy = CardTree.write(persona, Spec.V2).root();
        if (copy.get("data") instanceof ObjectNode data) {
            if (data.get("extensions") instanceof ObjectNode extensions) {
                extensions.remove(CardTree.V3_KEPT);
            }
            String notes = data.path("creator_notes").stringValue("");
            data.put("creator_notes", notes.isEmpty() ? REDUCED : notes + "\n\n" + REDUCED);
        }
        return copy;
    }

    /// A PNG: the persona's picture, or that picture drawn as a PNG, or a plain one.
    private byte[] picture(List<Loss> losses) {
        var content = avatar.isEmpty() ? null : content(avatar);
        if (content != null) {
            if (Png.isPng(content.bytes())) {
                try {
                    Png.read(content.bytes());
                    return content.bytes();
                } catch (Refusal damaged) {
                    losses.add(Loss.lost("/avatar"));
                    return plain();
                }
            }
            losses.add(Loss.lost("/avatar"));
            byte[] drawn = drawn(content);
            return drawn == null ? plain() : drawn;
        }
        if (!avatar.isEmpty()) {
            losses.add(Loss.lost("/avatar"));
        }
        return plain();
    }

    /// A picture of another kind as a PNG; null where it cannot be drawn.
    private byte @Nullable [] drawn(Asset content) {
        if (!content.info().format().isPicture()) {
            return null;
        }
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(
                    assets.thumbnail(content.address(), DRAWN).bytes()));
            var png = new ByteArrayOutputStream();
            return image != null && ImageIO.write(image, "png", png) ? png.toByteArray() : null;
        } catch (IOException | ProblemException e) {
            return null;
        }
    }

    /// Of a colour that the name gives, so that several can be told apart.
    private byte[] plain() {
        int hue = persona.path("name").stringValue("").hashCode();
        int rgb = (0x60 + (hue & 0x3f)) << 16 | (0x60 + (hue >> 6 & 0x3f)) << 8 | (0x60 + (hue >> 12 & 0x3f));
        return Png.plain(PLAIN_WIDTH, PLAIN_HEIGHT, rgb);
    }

    /// The card with its files.
    Exported charx() {
        var losses = new ArrayList<Loss>();
        var root = root(Spec.V3, losses);
        var contents = new LinkedHashMap<String, byte[]>();
        contents.put(Charx.CARD, new byte[0]);
        files.forEach((path, address) -> {
            if (!CardAssets.isInline(path)) {
                var content = address.isEmpty() ? null : content(address);
                if (content == null && !address.isEmpty()) {
                    losses.add(Loss.lost("/files/" + Pointers.escape(path)));
                } else {
                    contents.put(entry(path), content == null ? new byte[0] : content.bytes());
                }
            }
        });
        eachAsset(root, (asset, pointer) -> {
            String path = CardAssets.path(uri(asset), files.keySet());
            if (path != null && path.startsWith(CardReader.ASSET)) {
                asset.put("uri", CardAssets.EMBEDDED + entry(path));
            }
        });
        if (!avatar.isEmpty()) {
            putPicture(root, contents, losses);
        }
        contents.put(Charx.CARD, Json.write(root).clone());
        return new Exported(Charx.write(contents), losses);
    }

    /// Where a file of a PNG goes in a CHARX, which has ASCII names.
    private static String entry(String path) {
        if (!path.startsWith(CardReader.ASSET)) {
            return path;
        }
        String name = path.substring(CardReader.ASSET.length()).replaceAll("[^A-Za-z0-9._-]+", "_");
        return "assets/other/other/" + (name.isEmpty() || name.matches("\\.+") ? "file" : name);
    }

    /// Makes the persona's picture the main icon, unless that is it already.
    private void putPicture(ObjectNode root, Map<String, byte[]> contents, List<Loss> losses) {
        var content = content(avatar);
        if (content == null) {
            losses.add(Loss.lost("/avatar"));
            return;
        }
        if (!(root.get("data") instanceof ObjectNode data)) {
            return;
        }
        if (!(data.get("assets") instanceof ArrayNode)) {
            data.set("assets", JsonNodeFactory.instance.arrayNode());
        }
        var list = (ArrayNode) Objects.requireNonNull(data.get("assets"));
        var icon = mainIcon(list);
        if (icon != null && avatar.equals(address(uri(icon)))) {
            return;
        }
        String extension = extension(content.info().format());
        String path = ICON_PATH + "." + extension;
        for (int i = 2; contents.containsKey(path); i++) {
            path = ICON_PATH + "-" + i + "." + extension;
        }
        contents.put(path, content.bytes());
        if (icon == null) {
            icon = JsonNodeFactory.instance.objectNode().put("type", ICON);
            list.insert(0, icon);
            icon.put("uri", "").put("name", MAIN);
        }
        icon.put("uri", CardAssets.EMBEDDED + path).put("ext", extension);
    }

    /// The address of the file that a URI of the persona's card names; empty for none.
    private String address(String uri) {
        String path = CardAssets.path(uri, files.keySet());
        if (path != null) {
            return files.getOrDefault(path, "");
        }
        // A data: URL is whole again by now, and its short form is what is known.
        return files.entrySet().stream()
                .filter(file -> CardAssets.isInline(file.getKey())
                        && uri.startsWith(file.getKey()
                                .substring(
                                        0,
                                        file.getKey().length() - file.getValue().length())))
                .map(Map.Entry::getValue)
                .filter(address -> isContent(address, uri))
                .findFirst()
                .orElse("");
    }

    private static boolean isContent(String address, String uri) {
        try {
            return AssetService.addressOf(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)))
                    .equals(address);
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    private static @Nullable ObjectNode mainIcon(ArrayNode list) {
        ObjectNode first = null;
        for (var each : list) {
            if (each instanceof ObjectNode asset
                    && asset.path("type").asString("").equals(ICON)) {
                if (asset.path("name").asString("").equals(MAIN)) {
                    return asset;
                }
                first = first == null ? asset : first;
            }
        }
        return first;
    }

    private static String extension(Format format) {
        return format.isPicture() ? format.type().substring("image/".length()) : "unknown";
    }

    /// A name for the file: the persona's, as far as it is ASCII, and the whole beside it (RFC 6266 §4.3).
    static String disposition(ObjectNode persona, String extension) {
        String name = persona.path("name").stringValue("").strip();
        String plain = name.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        plain = plain.isEmpty() ? "persona" : plain.substring(0, Math.min(plain.length(), 80));
        var whole = new StringBuilder();
        String shortened = name.codePoints()
                .limit(80)
                .map(c -> Character.isISOControl(c) || "/\\:*?\"<>|".indexOf(c) >= 0 ? '-' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        for (byte b : shortened.getBytes(StandardCharsets.UTF_8)) {
            boolean safe =
                    (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '-' || b == '_';
            whole.append(safe ? String.valueOf((char) b) : String.format(Locale.ROOT, "%%%02X", b & 0xff));
        }
        return "attachment; filename=\"" + plain + "." + extension + "\"; filename*=UTF-8''" + whole + "." + extension;
    }
}
