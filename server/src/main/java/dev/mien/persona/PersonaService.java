package dev.mien.persona;

import dev.mien.api.ProblemType;
import dev.mien.document.DocumentService;
import dev.mien.document.Field;
import dev.mien.document.Schema;
import dev.mien.label.LabelService;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.List;
import java.util.function.Predicate;

/// The rules of personas.
public final class PersonaService extends DocumentService {
    private static final Collection PERSONAS = new Collection("personas", List.of(), "owner_id");

    /// What a persona is made of.
    public static final Schema SCHEMA = new Schema(
            Field.text("name", "what the character is called").asRequired().atMost(200),
            Field.text("nickname", "what it is called in a conversation, where that is not its name")
                    .atMost(200),
            Field.text("description", "who the character is; part of every prompt"),
            Field.text("appearance", "what one sees"),
            Field.text("personality", "how the character thinks, feels and acts"),
            Field.texts("content_themes", "what its texts are about"),
            Field.object("style_preferences", "how it speaks and writes, freely structured"),
            Field.text("system_prompt", "what a model is told before it speaks as the character"),
            Field.text("scenario", "where and when a conversation takes place"),
            Field.text("greeting", "what the character says first"),
            Field.texts("alternate_greetings", "other ways to begin"),
            Field.text("example_dialogue", "how a conversation goes"),
            Field.text("post_history_instructions", "what a model is told behind the conversation so far"),
            Field.objectOrNull("lorebook", "entries that a conversation may call up"),
            Field.texts("tags", "what to find it by"),
            Field.textOrNull("prompt_template", "how its prompt is put together; null for the server's own way"),
            Field.text("creator_notes", "for whoever uses the persona; never shown to a model"),
            Field.object("attributes", "anything else, kept as given"),
            Field.textOrNull("avatar", "the content address of its picture"),
            Field.objectOrNull("card", "what the character card that it came from holds besides"),
            Field.textOrNull("owner_id", "the id of the user who owns it"),
            Field.flag("is_active", true, "false once it was deleted"));

    /// The members whose words are found; the stores index them, in migrations of their own.
    static final List<String> SEARCHED = List.of(
            "name",
            "tags",
            "content_themes",
            "nickname",
            "description",
            "appearance",
            "personality",
            "system_prompt",
            "scenario",
            "greeting",
            "alternate_greetings",
            "example_dialogue",
            "post_history_instructions");

    public PersonaService(Store store) {
        this(store, SCHEMA);
    }

    /// @param schema [#SCHEMA], perhaps with rules that only others know
    public PersonaService(Store store, Schema schema) {
        super(store, PERSONAS, schema, "persona", ProblemType.PERSONA_NOT_FOUND, ProblemType.INVALID_PERSONA);
    }

    /// Its labels end with it.
    @Override
    public Step purgeStep(String id, Predicate<Document> expected) {
        return new Step.Purge(PERSONAS, id, expected, LabelService.LABELS, null);
    }
}
