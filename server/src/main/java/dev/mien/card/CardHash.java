package dev.mien.card;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What two files have in common that are the same card: the meaning of its JSON, and the content of its picture and
/// files. How its JSON is written, how it is packed, and what the file is called do not count.
final class CardHash {
    private final MessageDigest digest;

    private CardHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /// In hexadecimal.
    static String of(CardFile file) {
        var hash = new CardHash();
        hash.add(file.root());
        if (file.picture() != null) {
            hash.add("picture", file.picture());
        }
        new TreeMap<>(file.files()).forEach((path, content) -> hash.add("file " + path, content));
        return HexFormat.of().formatHex(hash.digest.digest());
    }

    private void add(String name, byte[] content) {
        add('f', name);
        digest.update((content.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(content);
    }

    private void add(char kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((kind + "" + bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
    }

    private void add(JsonNode value) {
        if (value.isObject()) {
            var members = new TreeMap<String, JsonNode>();
            value.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            add('o', Integer.toString(members.size()));
            members.forEach((name, member) -> {
                add('m', name);
                add(member);
            });
        } else if (value.isArray()) {
            add('a', Integer.toString(value.size()));
            value.forEach(this::add);
        } else if (value.isString()) {
            add('s', value.stringValue());
        } else if (value.isNumber()) {
            var number = value.decimalValue();
            add('n', number.signum() == 0 ? "0" : number.stripTrailingZeros().toString());
        } else {
            add('c', value.asString());
        }
    }
}
