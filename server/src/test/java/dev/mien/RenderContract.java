package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What a client sees of rendering, whichever database keeps the personas.
interface RenderContract {
    String PERSONAS = "/api/v1/personas";

    /// Where edits are sent.
    RunningMien mien();

    /// Another worker with the same store.
    RunningMien other();

    @Test
    default void render_afterAPatch_showsItOnTheOtherWorkerAtOnce() {
        var created = mien().post(PERSONAS, "{\"name\":\"Ophelia\",\"description\":\"{{char}} 0.\"}");
        String at = PERSONAS + "/" + created.id();
        for (int i = 1; i <= 20; i++) {
            mien().patch(at, "{\"description\":\"{{char}} number " + i + ".\"}");

            var rendered = other().post(at + "/render", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello.\"}]}");
            var prompt = other().get(at + "/prompt?format=text");

            assertThat(rendered.status()).isEqualTo(200);
            assertThat(rendered.json().at("/messages/0/content").stringValue()).contains("Ophelia number " + i + ".");
            assertThat(rendered.json().at("/persona/version").intValue()).isEqualTo(i + 1);
            assertThat(prompt.json().get("text").stringValue()).contains("Ophelia number " + i + ".");
        }
        assertThat(mien().get(at).json().get("description").stringValue()).isEqualTo("{{char}} number 20.");
    }
}
