package dev.mien.lab;

import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Outcome;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The store that Mien itself runs on. An edit answers with the document as it was committed.
final class MienStore implements Services {
    private static final Collection PERSONAS = new Collection("personas", List.of(), "owner_id");
    private static final Collection USERS = new Collection("users", List.of("username"), "");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final SqliteStore store;

    MienStore(Database database) {
        store = database.store();
    }

    /// As many personas and users as the other ways have.
    static void fill(SqliteStore store, int personas) {
        var steps = new ArrayList<Step>();
        for (int i = 1; i <= personas; i++) {
            steps.add(new Step.Create(USERS, Database.user(i), user(Database.user(i), Database.OLD)));
            steps.add(new Step.Create(PERSONAS, Database.persona(i), persona(Database.OLD, Database.OLD)));
        }
        written(store.commit(new Edit(steps)));
    }

    private static byte[] persona(String name, String greeting) {
        return bytes(JSON.createObjectNode().put("name", name).put("greeting", greeting));
    }

    private static byte[] user(String username, String name) {
        return bytes(JSON.createObjectNode().put("username", username).put("display_name", name));
    }

    private static byte[] bytes(JsonNode json) {
        return JSON.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    }

    private static Persona persona(Document document) {
        var json = JSON.readTree(document.json());
        return new Persona(
                document.id(),
                json.required("name").stringValue(),
                json.required("greeting").stringValue());
    }

    private static User user(Document document) {
        var json = JSON.readTree(document.json());
        return new User(document.id(), json.required("display_name").stringValue());
    }

    private static Document written(Outcome outcome) {
        if (outcome instanceof Outcome.Committed committed) {
            return committed.written().getFirst().document();
        }
        throw new IllegalStateException("not committed: " + outcome);
    }

    private Document edit(Collection collection, String id, Rule rule) {
        return written(store.commit(Edit.of(new Step.Change(collection, id, current -> true, rule))));
    }

    @Override
    public Persona renamePersona(String id, String name) {
        return persona(edit(
                PERSONAS,
                id,
                current -> new Rule.Replace(persona(name, persona(current).greeting()), List.of("name"))));
    }

    @Override
    public User renameUser(String id, String name) {
        return user(edit(USERS, id, current -> new Rule.Replace(user(id, name), List.of("username"))));
    }

    @Override
    public Persona greetWithoutRemedy(String id, String greeting) {
        edit(
                PERSONAS,
                id,
                current -> new Rule.Replace(persona(persona(current).name(), greeting), List.of("greeting")));
        return persona(id);
    }

    @Override
    public Persona persona(String id) {
        return persona(find(PERSONAS, id));
    }

    @Override
    public User user(String id) {
        return user(find(USERS, id));
    }

    private Document find(Collection collection, String id) {
        var document = store.find(collection, id).document();
        if (document == null) {
            throw new NoSuchElementException(id);
        }
        return document;
    }

    @Override
    public List<Persona> personas(int count) {
        var personas = new ArrayList<Persona>();
        for (int i = 1; i <= count; i++) {
            personas.add(persona(Database.persona(i)));
        }
        return personas;
    }

    @Override
    public boolean tracks(Object object) {
        return false;
    }

    /// There is never anything left to write.
    @Override
    public void save() {}

    /// The store belongs to the process and stays.
    @Override
    public void close() {}
}
