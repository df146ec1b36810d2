package dev.mien.lab;

import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/// A character. Its owner is loaded when somebody asks for it.
@Entity
@Table(name = "personas")
class Persona {
    @Id
    private String id;

    private String name;

    private String greeting;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "owner_id")
    private @Nullable User owner;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    Persona() {}

    Persona(String id, String name, String greeting) {
        this.id = id;
        this.name = name;
        this.greeting = greeting;
    }

    String id() {
        return id;
    }

    String name() {
        return name;
    }

    void rename(String to) {
        name = to;
    }

    String greeting() {
        return greeting;
    }

    void greet(String with) {
        greeting = with;
    }

    /// Null where whoever made this object left it out.
    @Nullable User owner() {
        return owner;
    }
}
