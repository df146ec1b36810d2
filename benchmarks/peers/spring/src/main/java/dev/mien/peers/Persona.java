package dev.mien.peers;

import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;

@Entity
@Table(name = "personas")
class Persona extends Document {
    private static final int TEXT = 1_000_000;
    private static final int ENTRIES = 1_000;

    @NotBlank
    @Size(max = 200)
    String name;

    @Size(max = TEXT)
    String appearance = "";

    @Size(max = TEXT)
    String personality = "";

    @Size(max = ENTRIES)
    @Convert(converter = Json.Texts.class)
    List<String> contentThemes = List.of();

    @Convert(converter = Json.Members.class)
    Map<String, Object> stylePreferences = Map.of();

    @Size(max = TEXT)
    String systemPrompt = "";

    @Size(max = TEXT)
    String scenario = "";

    @Size(max = TEXT)
    String greeting = "";

    @Size(max = ENTRIES)
    @Convert(converter = Json.Texts.class)
    List<String> alternateGreetings = List.of();

    @Size(max = TEXT)
    String exampleDialogue = "";

    @Size(max = TEXT)
    String postHistoryInstructions = "";

    @Convert(converter = Json.Members.class)
    Map<String, Object> lorebook;

    @Size(max = ENTRIES)
    @Convert(converter = Json.Texts.class)
    List<String> tags = List.of();

    @Size(max = TEXT)
    String creatorNotes = "";

    @Convert(converter = Json.Members.class)
    Map<String, Object> attributes = Map.of();

    String ownerId;
}
