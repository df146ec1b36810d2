package dev.mien.peers;

import jakarta.persistence.AttributeConverter;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Lists and objects as the text of a column, and how a merge patch is applied (RFC 7396).
final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    static class Texts implements AttributeConverter<List<String>, String> {
        private static final TypeReference<List<String>> TYPE = new TypeReference<>() {};

        @Override
        public String convertToDatabaseColumn(List<String> texts) {
            return texts == null ? null : MAPPER.writeValueAsString(texts);
        }

        @Override
        public List<String> convertToEntityAttribute(String column) {
            return column == null ? null : MAPPER.readValue(column, TYPE);
        }
    }

    static class Members implements AttributeConverter<Map<String, Object>, String> {
        private static final TypeReference<Map<String, Object>> TYPE = new TypeReference<>() {};

        @Override
        public String convertToDatabaseColumn(Map<String, Object> members) {
            return members == null ? null : MAPPER.writeValueAsString(members);
        }

        @Override
        public Map<String, Object> convertToEntityAttribute(String column) {
            return column == null ? null : MAPPER.readValue(column, TYPE);
        }
    }

    static void merge(ObjectNode target, ObjectNode patch) {
        for (var member : patch.properties()) {
            JsonNode value = member.getValue();
            if (value.isNull()) {
                target.remove(member.getKey());
            } else if (value instanceof ObjectNode inner) {
                var present = target.get(member.getKey());
                merge(present instanceof ObjectNode object ? object : target.putObject(member.getKey()), inner);
            } else {
                target.set(member.getKey(), value);
            }
        }
    }
}
