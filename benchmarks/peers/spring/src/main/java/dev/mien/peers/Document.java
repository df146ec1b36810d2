package dev.mien.peers;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.PrePersist;
import jakarta.persistence.PreUpdate;
import jakarta.persistence.Version;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.hibernate.annotations.UuidGenerator;

/// What personas and users have in common.
@MappedSuperclass
@JsonAutoDetect(fieldVisibility = Visibility.ANY)
@JsonPropertyOrder("id")
@JsonIgnoreProperties(
        value = {"id", "version", "created_at", "updated_at"}, // The server keeps them.
        allowGetters = true)
abstract class Document {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    @Id
    @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
    String id;

    @Version
    long version = 1;

    String createdAt;

    String updatedAt;

    @Column(name = "is_active")
    boolean isActive = true;

    @PrePersist
    void created() {
        createdAt = MILLIS.format(Instant.now());
        updatedAt = createdAt;
    }

    @PreUpdate
    void updated() {
        updatedAt = MILLIS.format(Instant.now());
    }

    /// Makes this, which a client sent, the next state of a document that is stored.
    void succeed(Document current) {
        id = current.id;
        version = current.version;
        createdAt = current.createdAt;
        updatedAt = current.updatedAt;
    }
}
