package dev.mien.lab;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/// Somebody who owns personas.
@Entity
@Table(name = "users")
class User {
    @Id
    private String id;

    private String name;

    /// For Hibernate.
    @SuppressWarnings("NullAway.Init")
    User() {}

    User(String id, String name) {
        this.id = id;
        this.name = name;
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
}
