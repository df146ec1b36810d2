package dev.mien.peers;

import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;

@Entity
@Table(name = "users")
class User extends Document {
    @NotNull
    @Pattern(regexp = "[a-z0-9_]{3,50}")
    String username;

    @Email
    @Size(max = 254)
    String email;

    @Size(max = 200)
    String displayName = "";

    @Size(max = 2_000)
    String profilePictureUrl;

    @Size(max = 1_000_000)
    String bio = "";

    @Convert(converter = Json.Members.class)
    Map<String, Object> preferences = Map.of();
}
