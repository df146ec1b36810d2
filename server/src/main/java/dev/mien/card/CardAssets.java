package dev.mien.card;

import dev.mien.asset.AssetService;
import dev.mien.asset.Format;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The pictures and other files of a card that comes in: what is stored, under which address, and what is told of it.
final class CardAssets {
    static final String EMBEDDED = "embeded://";
    /// As it is spelled by those who do not know that it is spelled with one d.
    static final String EMBEDDED_SPELLED = "embedded://";

    static final String DATA = "data:";
    private static final String DEFAULT = "ccdefault:";
    private static final String BASE64 = ";base64,";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final CardFile file;
    /// Where each file is to be found; null for an empty one, which has no address.
    private final Map<String, @Nullable String> files = new LinkedHashMap<>();

    private final Map<String, byte[]> contents = new LinkedHashMap<>();
    private final List<Found> found = new ArrayList<>();
    private @Nullable String avatar;

    /// What became of one asset.
    ///
    /// @param status `kept`, `external` or `dropped`
    /// @param reason empty for nothing to say
    record Found(String type, String name, String uri, String status, String reason) {}

    private CardAssets(CardFile file) {
        this.file = file;
    }

    /// @param data the card's, in which long `data:` URLs are replaced by short ones that stand for a file
    static CardAssets of(CardFile file, ObjectNode data) {
        var assets = new CardAssets(file);
        assets.read(data);
        return assets;
    }

    /// The address of the persona's picture; null where the card has none.
    @Nullable String avatar() {
        return avatar;
    }

    /// What is to be stored, by its address.
    Map<String, byte[]> contents() {
        return contents;
    }

    List<Found> found() {
        return found;
    }

    /// The address of each file, by its path.
    Map<String, @Nullable String> files() {
        return files;
    }

    /// Leaves out a content that cannot be stored.
    void drop(String address, String reason) {
        contents.remove(address);
        if (address.equals(avatar)) {
            avatar = null;
            found.add(new Found("icon", "main", DEFAULT, "dropped", reason));
        }
        for (String path : List.copyOf(files.keySet())) {
            if (address.equals(files.get(path))) {
                files.remove(path);
                found.removeIf(one -> one.uri().endsWith(path));
                found.add(new Found("file", path, path, "dropped", reason));
            }
        }
    }

    private void read(ObjectNode data) {
        file.files().forEach((path, content) -> files.put(path, content.length == 0 ? null : store(content)));
        if (file.picture() != null) {
            avatar = store(file.picture());
        }
        var named = new HashSet<String>();
        String icon = null;
        if (data.get("assets") instanceof ArrayNode assets) {
            for (var each : assets) {
                String address = each instanceof ObjectNode asset ? read(asset, named) : null;
                boolean isIcon = each.path("type").asString("").equals("icon") && isPicture(address);
                if (isIcon && (icon == null || each.path("name").asString("").equals("main"))) {
                    icon = address;
                }
            }
        } else if (file.picture() != null) {
            found.add(new Found("icon", "main", DEFAULT, "kept", "The picture that the card came in."));
        }
        if (avatar == null) {
            avatar = icon;
        }
        files.keySet().stream()
                .filter(path -> !named.contains(path))
                .forEach(path -> found.add(new Found("file", path, path, "kept", "The card does not name it.")));
    }

    private String store(byte[] content) {
        String address = AssetService.addressOf(content);
        contents.put(address, content);
        return address;
    }

    private boolean isPicture(@Nullable String address) {
        return address != null
                && contents.containsKey(address)
                && Format.of(contents.get(address)).isPicture();
    }

    /// @return the address of the asset's content; null where it is not in the file
    private @Nullable String read(ObjectNode asset, Set<String> named) {
        String uri = asset.path("uri").asString("");
        if (uri.startsWith(DATA)) {
            return inline(asset, uri, named);
        }
        String path = path(uri, files.keySet());
        if (path != null) {
            named.add(path);
            tell(asset, uri, "kept", "");
            return files.get(path);
        } else if (uri.startsWith(DEFAULT) || uri.isEmpty()) {
            boolean isPicture =
                    file.picture() != null && asset.path("type").asString("").equals("icon");
            tell(
                    asset,
                    uri,
                    isPicture ? "kept" : "external",
                    isPicture ? "The picture that the card came in." : "It stands for whatever a reader has.");
        } else if (uri.startsWith("http://") || uri.startsWith("https://")) {
            tell(asset, uri, "external", "It is not fetched; its address is kept.");
        } else {
            tell(asset, uri, "dropped", "The file that it names is not there; the entry is kept.");
        }
        return null;
    }

    private void tell(ObjectNode asset, String uri, String status, String reason) {
        found.add(new Found(
                asset.path("type").asString(""),
                asset.path("name").asString(""),
                uri.length() > 200 ? uri.substring(0, 200) + "…" : uri,
                status,
                reason));
    }

    /// The path in a card's files that a URI names, however that is spelled; null where there is none.
    static @Nullable String path(String uri, Set<String> paths) {
        String path = uri;
        for (String scheme : List.of(EMBEDDED, EMBEDDED_SPELLED, CardReader.ASSET)) {
            if (uri.startsWith(scheme)) {
                path = uri.substring(scheme.length());
            }
        }
        if (path.equals(uri)) {
            return null;
        }
        for (String candidate : List.of(path, CardReader.ASSET + path)) {
            if (paths.contains(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /// Keeps the content of a `data:` URL as a file. One that would not come back letter by letter stays as it is.
    private @Nullable String inline(ObjectNode asset, String uri, Set<String> named) {
        int comma = uri.indexOf(BASE64);
        if (comma >= 0) {
            String head = uri.substring(0, comma + BASE64.length());
            String base64 = uri.substring(head.length());
            try {
                byte[] content = Base64.getDecoder().decode(base64);
                if (content.length > 0
                        && Base64.getEncoder().encodeToString(content).equals(base64)) {
                    String address = store(content);
                    String place = head + address;
                    asset.put("uri", place);
                    files.put(place, address);
                    named.add(place);
                    tell(asset, head, "kept", "");
                    return address;
                }
            } catch (IllegalArgumentException noBase64) {
                // Stays as it is.
            }
        }
        tell(asset, uri, "kept", "As it is written in the card.");
        return null;
    }

    /// The files as a document has them.
    ObjectNode filesNode() {
        var node = NODES.objectNode();
        files.forEach(
                (path, address) -> node.set(path, address == null ? NODES.nullNode() : NODES.stringNode(address)));
        return node;
    }

    /// Whether a file of a document stands for a `data:` URL.
    static boolean isInline(String path) {
        return path.startsWith(DATA);
    }

    /// The addresses of a document's files, by their paths; of an empty file, an empty text.
    static Map<String, String> filesOf(JsonNode persona) {
        var files = new LinkedHashMap<String, String>();
        persona.path("card")
                .path("files")
                .properties()
                .forEach(member -> files.put(member.getKey(), member.getValue().stringValue("")));
        return files;
    }
}
