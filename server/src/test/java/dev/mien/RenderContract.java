package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.RunningMien.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/// What a client sees of rendering, whichever database keeps the personas.
interface RenderContract {
    String PERSONAS = "/api/v1/personas";

    /// Where edits are sent.
    RunningMien mien();

    /// Another worker with the same store.
    RunningMien other();

    private String persona(String members) {
        return PERSONAS + "/"
                + mien().post(PERSONAS, "{\"name\":\"Ophelia\"" + members + "}").id();
    }

    private static String system(Reply rendered) {
        return rendered.json().at("/messages/0/content").stringValue();
    }

    @Test
    default void render_afterAPatch_showsItOnTheOtherWorkerAtOnce() {
        String at = persona(",\"description\":\"{{char}} 0.\"");
        for (int i = 1; i <= 20; i++) {
            mien().patch(at, "{\"description\":\"{{char}} number " + i + ".\"}");

            var rendered = other().post(at + "/render", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello.\"}]}");
            var prompt = other().get(at + "/prompt?format=text");

            assertThat(rendered.status()).isEqualTo(200);
            assertThat(system(rendered)).contains("Ophelia number " + i + ".");
            assertThat(rendered.json().at("/persona/version").intValue()).isEqualTo(i + 1);
            assertThat(prompt.json().get("text").stringValue()).contains("Ophelia number " + i + ".");
        }
        assertThat(mien().get(at).json().get("description").stringValue()).isEqualTo("{{char}} number 20.");
    }

    @Test
    default void render_versionOrLabel_isTheOneThatIsNamed() {
        String at = persona(",\"description\":\"one\"");
        mien().patch(at, "{\"description\":\"two\"}");
        mien().send(
                        "PUT",
                        at + "/labels/production",
                        BodyPublishers.ofString("{\"version\":1}"),
                        "Content-Type",
                        "application/json");

        assertThat(system(other().post(at + "/render", "{\"version\":1}"))).endsWith("one");
        assertThat(system(other().post(at + "/render", "{\"label\":\"production\"}")))
                .endsWith("one");
        assertThat(system(other().post(at + "/render", "{\"label\":\"latest\"}")))
                .endsWith("two");
        assertThat(system(other().get(at + "/prompt?version=1"))).endsWith("one");
        assertThat(system(other().get(at + "/prompt?label=production"))).endsWith("one");
        assertThat(system(other().get(at + "/prompt"))).endsWith("two");
        assertThat(other().get(at + "/prompt?version=9").type()).isEqualTo("/problems/version-not-found");
        assertThat(other().get(at + "/prompt?label=none").type()).isEqualTo("/problems/label-not-found");
        assertThat(other().get(PERSONAS + "/nobody/prompt").type()).isEqualTo("/problems/persona-not-found");
    }

    @Test
    default void render_draft_isAppliedAndNotStored() {
        String at = persona(",\"description\":\"stored\"");
        var before = mien().get(at);

        var drafted = mien().post(at + "/render", "{\"draft\":{\"description\":\"drafted\",\"name\":\"Fay\"}}");
        var wrong = mien().post(at + "/render", "{\"draft\":{\"name\":7,\"prompt_template\":\"[[x]]\"}}");

        assertThat(system(drafted)).contains("drafted", "Fay").doesNotContain("stored");
        assertThat(drafted.json().at("/persona/name").stringValue()).isEqualTo("Fay");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.json().get("errors"))
                .extracting(error -> error.get("pointer").stringValue())
                .containsExactlyInAnyOrder("/draft/name", "/draft/prompt_template");
        assertThat(mien().get(at).text()).isEqualTo(before.text());
        assertThat(mien().get(at).header("Mien-Revision")).isEqualTo(before.header("Mien-Revision"));
    }

    @Test
    default void prompt_thatLeavesNothingToChance_hasATagThatChangesWithIt() {
        String at = persona(",\"description\":\"{{pick:a,b}}\"");

        var first = mien().get(at + "/prompt");
        var again = other().get(at + "/prompt", "If-None-Match", first.header("ETag"));
        var head = other().send("HEAD", at + "/prompt", BodyPublishers.noBody());
        mien().patch(at, "{\"scenario\":\"A garden.\"}");
        var changed = other().get(at + "/prompt", "If-None-Match", first.header("ETag"));
        mien().patch(at, "{\"description\":\"{{roll:1000}}\"}");

        assertThat(first.header("Mien-Revision")).isNotNull();
        assertThat(again.status()).isEqualTo(304);
        assertThat(head.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(head.text()).isEmpty();
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag")).isNotEqualTo(first.header("ETag"));
        assertThat(mien().get(at + "/prompt").header("ETag")).isNull();
        assertThat(mien().get(at + "/prompt?seed=1").header("ETag"))
                .isNotNull()
                .isEqualTo(other().get(at + "/prompt?seed=1").header("ETag"));
    }

    @Test
    default void prompt_parameters_areThoseOfTheBody() {
        String at =
                persona(",\"greeting\":\"Hello, {{user}}.\",\"alternate_greetings\":[\"{{isodate}} {{description}}\"],"
                        + "\"description\":\"D\"");

        var rendered = mien().get(
                        at + "/prompt?format=anthropic&user=Ann&greeting=1&card_macros=true&now=2026-01-31T00:00:00Z");

        assertThat(rendered.json().at("/messages/1/content").stringValue()).isEqualTo("2026-01-31 D");
        assertThat(mien().get(at + "/prompt?greeting=none").json().get("messages"))
                .hasSize(1);
        assertThat(mien().get(at + "/prompt?user=Ann")
                        .json()
                        .at("/messages/1/content")
                        .stringValue())
                .isEqualTo("Hello, Ann.");
        for (String wrong : new String[] {"format=x", "seed=x", "nonsense=1", "greeting=x", "now=x", "card_macros=1"}) {
            assertThat(mien().get(at + "/prompt?" + wrong).type()).as(wrong).isEqualTo("/problems/invalid-parameter");
        }
    }

    @Test
    default void render_whatCannotBe_isAProblemWithThePlace() {
        String at = persona("");

        var wrong = mien().post(at + "/render", "{\"format\":\"x\",\"seed\":\"y\"}");
        var growing = mien().post(
                        at + "/render",
                        "{\"card_macros\":true,\"draft\":{\"description\":\"" + "{{scenario}}".repeat(1000)
                                + "\",\"scenario\":\"" + "{{personality}}".repeat(1000) + "\",\"personality\":\""
                                + "x".repeat(1000) + "\"}}");

        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.type()).isEqualTo("/problems/cannot-render");
        assertThat(wrong.json().get("errors")).hasSize(2);
        assertThat(growing.type()).isEqualTo("/problems/cannot-render");
        assertThat(mien().post(at + "/render", "[]").type()).isEqualTo("/problems/cannot-render");
        assertThat(mien().post(at + "/render", "{").type()).isEqualTo("/problems/malformed-body");
        assertThat(mien().post(at + "/render?x=1", "{}").type()).isEqualTo("/problems/invalid-parameter");
    }

    @Test
    default void save_badTemplate_isRefused() {
        String at = persona("");

        var wrong = mien().patch(at, "{\"prompt_template\":\"[[descripton]]\"}");
        var good = mien().patch(at, "{\"prompt_template\":\"[[description]] {{char}}\"}");

        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.type()).isEqualTo("/problems/invalid-persona");
        assertThat(wrong.json().at("/errors/0/pointer").stringValue()).isEqualTo("/prompt_template");
        assertThat(wrong.json().at("/errors/0/detail").stringValue()).startsWith("names 'descripton'");
        assertThat(good.status()).isEqualTo(200);
        assertThat(system(other().get(at + "/prompt"))).isEqualTo("Ophelia");
    }
}
