package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mien.api.Page;
import dev.mien.api.Persona;
import dev.mien.api.Problem;
import dev.mien.api.User;
import dev.mien.card.Cards;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `/openapi.json` says of the server what is true.
class OpenApiIT {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    @TempDir
    Path directory;

    private RunningMien mien;
    private JsonNode description;
    private String persona;
    private String user;
    private String webhook;
    private String asset;

    @BeforeEach
    void start() {
        mien = new RunningMien(directory);
        description = mien.get("/openapi.json").json();
        persona = mien.post("/api/v1/personas", "{\"name\":\"Ophelia\"}").id();
        user = mien.post("/api/v1/users", "{\"username\":\"ophelia\"}").id();
        mien.send(
                "PUT",
                "/api/v1/personas/" + persona + "/labels/production",
                BodyPublishers.ofString("{\"version\":1}"),
                "Content-Type",
                "application/json");
        asset = mien.send("POST", "/api/v1/assets", BodyPublishers.ofByteArray(Cards.png()))
                .json()
                .get("address")
                .stringValue();
        mien.patch("/api/v1/personas/" + persona, "{\"avatar\":\"" + asset + "\"}");
        webhook = mien.post("/api/v1/webhooks", "{\"url\":\"http://8.8.8.8/\",\"active\":false}")
                .id();
    }

    @AfterEach
    void stop() {
        mien.close();
    }

    @Test
    void paths_eachMethod_isKnownExactlyWhereItIsDescribed() {
        assertThat(description.get("paths").propertyNames())
                .contains("/api/v1/personas/{id}", "/api/v1/users/by-username/{username}", "/livez", "/");
        for (var path : description.get("paths").properties()) {
            for (String method : METHODS) {
                var reply = mien.send(method, address(path.getKey()), BodyPublishers.noBody());

                String operation = method + " " + path.getKey();
                if (path.getValue().has(method.toLowerCase(Locale.ROOT))) {
                    assertThat(reply.status()).as(operation).isNotIn(404, 405, 500, 501);
                } else if (!isAnId(path.getKey())) {
                    assertThat(reply.status()).as(operation).isEqualTo(405);
                    assertThat(allowed(reply)).as(operation).isEqualTo(described(path.getValue()));
                }
            }
        }
    }

    @Test
    void paths_get_answersWithTheStatusAndMediaTypeThatAreDescribed() {
        for (var path : description.get("paths").properties()) {
            var operation = path.getValue().get("get");
            if (operation != null) {
                var reply = mien.get(address(path.getKey()));

                var responses = operation.get("responses");
                assertThat(responses.has(Integer.toString(reply.status())))
                        .as(path.getKey())
                        .isTrue();
                var content = responses.get(Integer.toString(reply.status())).get("content");
                if (content != null) {
                    assertThat(content.propertyNames()).contains(reply.header("Content-Type"));
                }
            }
        }
    }

    @Test
    void paths_everyParameterInBraces_isDescribed() {
        for (var path : description.get("paths").properties()) {
            for (var operation : path.getValue()) {
                var names = new TreeSet<String>();
                operation.get("parameters").forEach(parameter -> {
                    if (parameter.get("in").stringValue().equals("path")) {
                        names.add("{" + parameter.get("name").stringValue() + "}");
                    }
                });
                assertThat(names).allSatisfy(name -> assertThat(path.getKey()).contains(name));
                assertThat(names).hasSize((int)
                        path.getKey().chars().filter(c -> c == '{').count());
            }
        }
    }

    @Test
    void references_all_leadSomewhere() {
        for (var reference : description.findValues("$ref")) {
            String pointer = reference.stringValue().substring(1);
            assertThat(description.at(pointer).isObject()).as(pointer).isTrue();
        }
    }

    @Test
    void schemas_ofDocuments_haveTheMembersThatAreServedAndThatTheClientReads() {
        var served = List.of(
                mien.get("/api/v1/personas/" + persona).json(),
                mien.get("/api/v1/users/" + user).json());

        for (int i = 0; i < 2; i++) {
            var record = List.of(Persona.class, User.class).get(i);
            var schema = description.at("/components/schemas/" + record.getSimpleName());
            assertThat(schema.get("properties").propertyNames())
                    .containsExactlyElementsOf(served.get(i).propertyNames())
                    .containsExactlyInAnyOrderElementsOf(members(record));
            assertThat(schema.get("required").size()).isEqualTo(served.get(i).size());
        }
    }

    @Test
    void schemas_ofPageAndProblem_haveTheMembersThatTheClientReads() {
        assertThat(description.at("/components/schemas/PersonaPage/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(members(Page.class))
                .containsExactlyInAnyOrderElementsOf(
                        mien.get("/api/v1/personas").json().propertyNames());
        assertThat(description.at("/components/schemas/Problem/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(members(Problem.class));
    }

    /// Whether what stands at the end of a path is also what a document may be called.
    private boolean isAnId(String path) {
        String other = path.substring(0, path.lastIndexOf('/') + 1) + "{id}";
        return !other.equals(path) && description.get("paths").has(other);
    }

    private String address(String path) {
        return path.replace("{id}", path.contains("users") ? user : path.contains("webhook") ? webhook : persona)
                .replace("{version}", "1")
                .replace("{other}", "1")
                .replace("{label}", "production")
                .replace("{username}", "ophelia")
                .replace("{address}", asset)
                .replace("{type}", "internal")
                .replace("{file}", "console.css");
    }

    private static TreeSet<String> allowed(RunningMien.Reply reply) {
        return new TreeSet<>(Arrays.asList(reply.header("Allow").split(", ")));
    }

    private static TreeSet<String> described(JsonNode path) {
        var methods = new TreeSet<String>();
        path.propertyNames().forEach(name -> methods.add(name.toUpperCase(Locale.ROOT)));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }

    private static List<String> members(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .map(component -> {
                    var name = component.getAccessor().getAnnotation(JsonProperty.class);
                    return name == null ? component.getName() : name.value();
                })
                .toList();
    }
}
