package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Searches, filters and summaries over HTTP.
class SearchIT {
    private static final String PERSONAS = "/api/v1/personas";

    @TempDir
    Path directory;

    private RunningMien mien;

    @BeforeEach
    void start() {
        mien = new RunningMien(directory);
    }

    @AfterEach
    void stop() {
        mien.close();
    }

    private String create(String json) {
        return mien.post(PERSONAS, json).id();
    }

    private static String q(String text) {
        return "?q=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static List<String> ids(JsonNode page) {
        var ids = new ArrayList<String>();
        page.get("items").forEach(item -> ids.add(item.get("id").stringValue()));
        return ids;
    }

    @Test
    void search_found_isTheWholeDocumentAndWhereItWasFound() {
        String id = create("{\"name\":\"Ophelia\",\"greeting\":\"Hold the <b>basket</b>.\",\"tags\":[\"court\"]}");
        create("{\"name\":\"Hamlet\"}");
        String document = mien.get(PERSONAS + "/" + id).text();

        var reply = mien.get(PERSONAS + q("ophelia \"the b\" bask"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Mien-Revision"))
                .isEqualTo(mien.get(PERSONAS + "/" + id).header("Mien-Revision"));
        assertThat(reply.text())
                .isEqualTo("{\"items\":[" + document.substring(0, document.length() - 1)
                        + ",\"snippets\":[{\"field\":\"name\",\"text\":\"Ophelia\",\"matches\":[[0,7]]},"
                        + "{\"field\":\"greeting\",\"text\":\"Hold the <b>basket</b>.\",\"matches\":[[5,11],[12,18]]}]}],"
                        + "\"next_cursor\":null}");
    }

    @Test
    void search_pages_fitTogether() {
        for (int i = 0; i < 7; i++) {
            create("{\"name\":\"Raven " + i + "\"}");
        }
        var whole = ids(mien.get(PERSONAS + q("raven")).json());

        var paged = new ArrayList<String>();
        var page = mien.get(PERSONAS + q("raven") + "&limit=3").json();
        paged.addAll(ids(page));
        while (!page.get("next_cursor").isNull()) {
            page = mien.get(PERSONAS + q("raven") + "&limit=3&cursor="
                            + page.get("next_cursor").stringValue())
                    .json();
            paged.addAll(ids(page));
        }

        assertThat(whole).hasSize(7);
        assertThat(paged).isEqualTo(whole);
    }

    @Test
    void search_cursorOfAnotherSearch_is400() {
        create("{\"name\":\"Raven one\"}");
        create("{\"name\":\"Raven two\"}");
        String found = mien.get(PERSONAS + q("raven") + "&limit=1")
                .json()
                .get("next_cursor")
                .stringValue();
        String listed =
                mien.get(PERSONAS + "?limit=1").json().get("next_cursor").stringValue();

        assertThat(mien.get(PERSONAS + q("raven") + "&cursor=" + found).status())
                .isEqualTo(200);
        assertThat(mien.get(PERSONAS + q("Raven") + "&cursor=" + found).status())
                .isEqualTo(400);
        assertThat(mien.get(PERSONAS + "?cursor=" + found).status()).isEqualTo(400);
        assertThat(mien.get(PERSONAS + q("raven") + "&cursor=" + listed).status())
                .isEqualTo(400);
    }

    @Test
    void filters_withAndWithoutASearch_combine() {
        String user = mien.post("/api/v1/users", "{\"username\":\"hamlet\"}").id();
        String wanted = create("{\"name\":\"Raven\",\"tags\":[\"bird\"],\"owner_id\":\"" + user + "\"}");
        String other = create("{\"name\":\"Raven\",\"tags\":[\"bird\"]}");
        mien.send(
                "PUT",
                PERSONAS + "/" + wanted + "/labels/production",
                java.net.http.HttpRequest.BodyPublishers.ofString("{\"version\":1}"),
                "Content-Type",
                "application/json");
        String created =
                mien.get(PERSONAS + "/" + wanted).json().get("created_at").stringValue();

        for (String search : List.of("", "q=raven&")) {
            for (String filter : List.of("owner=" + user, "label=production", "tag=bird&label=production")) {
                assertThat(ids(mien.get(PERSONAS + "?" + search + filter).json()))
                        .as(filter)
                        .containsExactly(wanted);
            }
            for (String filter : List.of(
                    "label=latest",
                    "tag=bird",
                    "active=true",
                    "updated_since=" + created,
                    "updated_since=2000-01-01T00:00:00%2B02:00")) {
                assertThat(ids(mien.get(PERSONAS + "?" + search + filter).json()))
                        .as(filter)
                        .containsExactly(other, wanted);
            }
            for (String filter : List.of(
                    "label=none",
                    "active=false",
                    "updated_since=2999-01-01T00:00:00Z",
                    "owner=" + user + "&tag=fish")) {
                assertThat(ids(mien.get(PERSONAS + "?" + search + filter).json()))
                        .as(filter)
                        .isEmpty();
            }
        }
    }

    @Test
    void fields_chosenOrSummary_areAllThatItemsHave() {
        create("{\"name\":\"Raven\",\"tags\":[\"bird\"]}");
        mien.post("/api/v1/users", "{\"username\":\"hamlet\"}");

        assertThat(members(PERSONAS + "?fields=name,updated_at"))
                .containsExactly("id", "name", "version", "revision", "updated_at");
        assertThat(members(PERSONAS + "?fields=summary&q=raven"))
                .containsExactly(
                        "id", "name", "tags", "owner_id", "is_active", "version", "revision", "updated_at", "snippets");
        assertThat(members(PERSONAS + "?fields=summary,greeting"))
                .containsExactly(
                        "id", "name", "greeting", "tags", "owner_id", "is_active", "version", "revision", "updated_at");
        assertThat(members("/api/v1/users?fields=summary"))
                .containsExactly("id", "username", "display_name", "is_active", "version", "revision", "updated_at");
    }

    private List<String> members(String path) {
        return List.copyOf(mien.get(path).json().get("items").get(0).propertyNames());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "q=",
                "q=%22%22",
                "q=***",
                "fields=",
                "fields=nothing",
                "fields=name,,tags",
                "fields=name%00",
                "updated_since=yesterday",
                "updated_since=2026-01-31",
                "updated_since=2026-01-31T12:00:00",
                "updated_since=%2B12026-01-31T12:00:00Z"
            })
    void parameter_notUnderstood_is400(String query) {
        assertThat(mien.get(PERSONAS + "?" + query).status()).isEqualTo(400);
    }

    @Test
    void q_tooLongOrOfUsers_is400() {
        assertThat(mien.get(PERSONAS + q("word ".repeat(21))).status()).isEqualTo(400);
        assertThat(mien.get(PERSONAS + q("w".repeat(1001))).status()).isEqualTo(400);
        assertThat(mien.get("/api/v1/users?q=hamlet").status()).isEqualTo(400);
    }
}
