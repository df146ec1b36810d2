package dev.mien.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A stored character, as it is served.
///
/// @param id a UUIDv7
/// @param lorebook entries that a conversation may call up; null where there is none
/// @param nickname what it is called in a conversation; empty where that is its name
/// @param promptTemplate how its prompt is put together; null for the server's own way
/// @param avatar the content address of its picture; null where it has none
/// @param card what the character card that it came from holds besides; null for one that was written here
/// @param attributes free, kept as given
/// @param ownerId the id of a [User]; null for a persona without an owner
/// @param isActive false once it was deleted; it stays readable
/// @param version 1 for the first, and one more with each change
/// @param revision the position of its last change in the store's log
public record Persona(
        String id,
        String name,
        String nickname,
        String description,
        String appearance,
        String personality,
        @JsonProperty("content_themes") List<String> contentThemes,
        @JsonProperty("style_preferences") Map<String, Object> stylePreferences,
        @JsonProperty("system_prompt") String systemPrompt,
        String scenario,
        String greeting,
        @JsonProperty("alternate_greetings") List<String> alternateGreetings,
        @JsonProperty("example_dialogue") String exampleDialogue,
        @JsonProperty("post_history_instructions") String postHistoryInstructions,
        @Nullable Map<String, Object> lorebook,
        List<String> tags,
        @JsonProperty("prompt_template") @Nullable String promptTemplate,
        @JsonProperty("creator_notes") String creatorNotes,
        Map<String, Object> attributes,
        @Nullable String avatar,
        @Nullable Map<String, Object> card,
        @JsonProperty("owner_id") @Nullable String ownerId,
        @JsonProperty("is_active") boolean isActive,
        long version,
        long revision,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("updated_at") Instant updatedAt)
        implements Versioned {}
