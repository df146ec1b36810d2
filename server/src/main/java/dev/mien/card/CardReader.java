package dev.mien.card;

import dev.mien.card.CardFile.Container;
import dev.mien.http.Json;
import dev.mien.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Takes a card out of whatever file it comes in. What the file is, its bytes say and not its name.
final class CardReader {
    static final String V1_AND_V2 = "chara";
    static final String V3 = "ccv3";
    /// Of the texts of a PNG, the card in its two forms.
    static final Set<String> CARDS = Set.of(V1_AND_V2, V3);

    /// What stands before the path of a file in the keyword of a text, with a colon behind it that some leave out.

    static final String ASSET_PREFIX = "chara-ext-asset_";
    /// What stands before that path in the card.
    static final String ASSET = "__asset:";

    /// Less than the deepest that a document may be, in which the tree of a card stands a few levels down.
    private static final int MAXIMUM_DEPTH = Json.MAXIMUM_DEPTH - 10;

    /// A value of a tree takes up to a hundred bytes, however short it is written.
    private static final int MOST_VALUES = 150_000;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final CardConfig config;

    CardReader(CardConfig config) {
        this.config = config;
    }

    /// @throws ProblemException with the reason, if there is no card in it that can be read
    CardFile read(byte[] bytes) {
        if (bytes.length > config.maximumBytes()) {
            throw new Refusal("The file is larger than " + config.maximumBytes() + " bytes.");
        }
        var inflation = new Inflation(config.maximumInflatedBytes());
        if (bytes.length == 0) {
            throw new Refusal("The file is empty.");
        } else if (Png.isPng(bytes)) {
            return png(bytes, inflation);
        } else if (Charx.isZip(bytes, 0)) {
            return charx(bytes, 0, inflation);
        } else if (Exif.isJpeg(bytes)) {
            return jpeg(bytes, inflation);
        } else if (Exif.isWebp(bytes)) {
            return commented(Container.WEBP, bytes);
        }
        byte[] json = text(bytes);
        if (firstOf(json) != '{') {
            throw new Refusal("The file is none that a card comes in: JSON, PNG, APNG, CHARX (a ZIP), WebP or JPEG.");
        }
        var warnings = new ArrayList<String>();
        return new CardFile(Container.JSON, tree(json, "The card", warnings), null, new LinkedHashMap<>(), warnings);
    }

    private CardFile png(byte[] bytes, Inflation inflation) {
        var png = Png.read(bytes);
        var text = png.text(V3, inflation);
        if (text == null) {
            text = png.text(V1_AND_V2, inflation);
        }
        if (text == null) {
            throw new Refusal("The PNG is whole, and there is no card in it: it has no text chunk chara or ccv3.");
        }
        var warnings = new ArrayList<String>();
        var root = tree(decoded(text), "The card in the PNG's chunk " + text.keyword(), warnings);
        var files = new LinkedHashMap<String, byte[]>();
        for (var asset : png.texts(keyword -> keyword.startsWith(ASSET_PREFIX), inflation)) {
            String path = asset.keyword().substring(ASSET_PREFIX.length());
            try {
                files.put(
                        ASSET + (path.startsWith(":") ? path.substring(1) : path),
                        Base64.getMimeDecoder().decode(asset.bytes()));
            } catch (IllegalArgumentException e) {
                warnings.add("The PNG's chunk " + asset.keyword() + " is no base64; it stays in the PNG, unread.");
            }
        }
        return new CardFile(
                png.isAnimated() ? Container.APNG : Container.PNG, root, png.without(CARDS::contains), files, warnings);
    }

    /// The JSON in a text chunk: base64, or, as some write it in iTXt, plain.
    private static byte[] decoded(Png.Text text) {
        if (firstOf(text.bytes()) == '{') {
            return text.bytes();
        }
        try {
            String base64 = text.latin1().replaceAll("\\s", "");
            return base64.indexOf('-') >= 0 || base64.indexOf('_') >= 0
                    ? Base64.getUrlDecoder().decode(base64)
                    : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new Refusal("The PNG's chunk " + text.keyword() + " is no base64.");
        }
    }

    private CardFile charx(byte[] bytes, int from, Inflation inflation) {
        var files = Charx.read(bytes, from, inflation);
        byte[] card = files.remove(Charx.CARD);
        if (card == null) {
            throw new Refusal("The ZIP is whole, and there is no card in it: it has no " + Charx.CARD + ".");
        }
        var warnings = new ArrayList<String>();
        var root = tree(text(card), "The ZIP's " + Charx.CARD, warnings);
        return new CardFile(Container.CHARX, root, null, files, warnings);
    }

    private CardFile jpeg(byte[] bytes, Inflation inflation) {
        int zip = Charx.appendedTo(bytes);
        if (zip > 0) {
            var charx = charx(bytes, zip, inflation);
            return new CardFile(
                    Container.JPEG, charx.root(), Arrays.copyOf(bytes, zip), charx.files(), charx.warnings());
        }
        return commented(Container.JPEG, bytes);
    }

    private CardFile commented(Container container, byte[] bytes) {
        byte[] comment = Exif.userComment(bytes);
        if (comment == null) {
            throw new Refusal("There is no card in the picture: it has no EXIF comment, and no ZIP behind it.");
        }
        byte[] json = comment;
        if (firstOf(json) != '{') {
            try {
                json = Base64.getMimeDecoder().decode(comment);
            } catch (IllegalArgumentException e) {
                throw new Refusal("There is no card in the picture's EXIF comment.");
            }
            if (firstOf(json) != '{') {
                throw new Refusal("There is no card in the picture's EXIF comment.");
            }
        }
        var warnings = new ArrayList<String>();
        var root = tree(json, "The card in the picture's EXIF comment", warnings);
        return new CardFile(container, root, bytes, new LinkedHashMap<>(), warnings);
    }

    /// Without a byte order mark, in UTF-8.
    private static byte[] text(byte[] bytes) {
        if (bytes.length > 2 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe) {
            return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16LE).getBytes(StandardCharsets.UTF_8);
        }
        boolean marked = bytes.length > 3 && Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3);
        return marked ? Arrays.copyOfRange(bytes, 3, bytes.length) : bytes;
    }

    /// The first character that is no space; 0 where there is none.
    private static int firstOf(byte[] text) {
        for (byte b : text) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
        }
        return 0;
    }

    private ObjectNode tree(byte[] json, String what, List<String> warnings) {
        if (json.length > config.maximumJsonBytes()) {
            throw new Refusal(what + " is larger than " + config.maximumJsonBytes() + " bytes of JSON.");
        }
        if (values(json) > MOST_VALUES) {
            throw new Refusal(what + " has more than " + MOST_VALUES + " values.");
        }
        JsonNode tree;
        try {
            tree = Json.parse(text(json));
        } catch (ProblemException e) {
            throw new Refusal(e.problem().detail().replaceFirst("^The body", what));
        }
        if (!tree.isObject()) {
            throw new Refusal(what + " is no JSON object.");
        }
        var replaced = new ArrayList<String>();
        var clean = clean(tree, "", 1, what, replaced);
        for (String pointer : replaced.subList(0, Math.min(replaced.size(), 10))) {
            warnings.add(
                    pointer + " held a NUL or half a surrogate pair, which are no characters; U+FFFD stands for them.");
        }
        return (ObjectNode) clean;
    }

    /// How many values there are at most, without reading them.
    private static int values(byte[] json) {
        int values = 0;
        boolean inText = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (b == '"') {
                inText = !inText;
            } else if (inText && b == '\\') {
                i++;
            } else if (!inText && (b == ',' || b == '[' || b == '{')) {
                values++;
            }
        }
        return values;
    }

    /// A tree that a document can hold.
    private static JsonNode clean(JsonNode value, String pointer, int depth, String what, List<String> replaced) {
        if (depth > MAXIMUM_DEPTH) {
            throw new Refusal(what + " is nested more than " + MAXIMUM_DEPTH + " levels deep.");
        }
        if (value.isString()) {
            String clean = clean(value.stringValue());
            if (clean.equals(value.stringValue())) {
                return value;
            }
            replaced.add(clean(pointer));
            return JsonNodeFactory.instance.stringNode(clean);
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, clean(array.get(i), pointer + "/" + i, depth + 1, what, replaced));
            }
        } else if (value instanceof ObjectNode object) {
            var members = JsonNodeFactory.instance.objectNode();
            for (var member : object.properties()) {
                String inside = pointer + "/" + Pointers.escape(member.getKey());
                String name = clean(member.getKey());
                if (!name.equals(member.getKey())) {
                    replaced.add(clean(inside));
                }
                if (members.has(name)) {
                    throw new Refusal(what + " has two members with the name " + name + ".");
                }
                members.set(name, clean(member.getValue(), inside, depth + 1, what, replaced));
            }
            return members;
        }
        return value;
    }

    private static String clean(String text) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                clean = clean == null ? new StringBuilder(text) : clean;
                clean.setCharAt(i, '\ufffd');
            }
        }
        return clean == null ? text : clean.toString();
    }
}
