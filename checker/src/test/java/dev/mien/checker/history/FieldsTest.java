package dev.mien.checker.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private static final Fields DOCUMENT = Fields.of(Map.of("name", "n1", "bio", "b1"));

    @Test
    void with_patch_replacesAndAddsAndKeepsTheRest() {
        var merged = DOCUMENT.with(Fields.of(Map.of("name", "n2", "age", "a2", "zip", "z2")));

        assertThat(merged).isEqualTo(Fields.of(Map.of("age", "a2", "bio", "b1", "name", "n2", "zip", "z2")));
        assertThat(merged).hasToString("age=a2 bio=b1 name=n2 zip=z2");
    }

    @Test
    void with_patchOfKnownFields_isEqualToTheDocumentMadeAtOnce() {
        assertThat(DOCUMENT.with("name", "n2")).isEqualTo(Fields.of(Map.of("name", "n2", "bio", "b1")));
        assertThat(DOCUMENT.with("name", "n2")).hasSameHashCodeAs(Fields.of(Map.of("name", "n2", "bio", "b1")));
    }

    @Test
    void get_unknownField_isNull() {
        assertThat(DOCUMENT.get("age")).isNull();
        assertThat(DOCUMENT.get("bio")).isEqualTo("b1");
    }

    @Test
    void contains_fieldsOfTheDocument_isTrueForEqualValuesOnly() {
        assertThat(DOCUMENT.contains(Fields.of("bio", "b1"))).isTrue();
        assertThat(DOCUMENT.contains(Fields.of("bio", "b2"))).isFalse();
        assertThat(DOCUMENT.contains(Fields.of("age", "a1"))).isFalse();
    }

    @Test
    void isDeleted_afterADelete_isTrue() {
        assertThat(DOCUMENT.isDeleted()).isFalse();
        assertThat(DOCUMENT.with(Fields.DELETED).isDeleted()).isTrue();
    }
}
