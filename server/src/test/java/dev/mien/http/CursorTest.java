package dev.mien.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    private static final String ID = "01930000-0000-7000-8000-000000000000";
    private static final String SCOPE = "personas?active=null&in=abc";

    @ParameterizedTest
    @ValueSource(strings = {ID, "x", "größe/?&\"", ""})
    void decode_asEncoded_givesTheId(String id) {
        String cursor = Cursor.encode(id + "!", SCOPE);

        assertThat(Cursor.decode(cursor, SCOPE)).isEqualTo(id + "!");
        assertThat(cursor).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void decode_anyCharacterChanged_isRefused() {
        String cursor = Cursor.encode(ID, SCOPE);

        for (int i = 0; i < cursor.length(); i++) {
            String tampered = cursor.substring(0, i) + (cursor.charAt(i) == 'A' ? 'B' : 'A') + cursor.substring(i + 1);
            refuses(tampered, SCOPE);
        }
    }

    @Test
    void decode_otherScope_isRefused() {
        String cursor = Cursor.encode(ID, SCOPE);

        refuses(cursor, "users?active=null&in=abc");
        refuses(cursor, SCOPE + "d");
        refuses(cursor, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "not base64!", "=", "AAAAAAAAAAAA", "é", ID})
    void decode_anythingElse_isRefused(String text) {
        refuses(text, SCOPE);
    }

    private static void refuses(String cursor, String scope) {
        assertThatThrownBy(() -> Cursor.decode(cursor, scope))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo("/problems/invalid-parameter"));
    }
}
