package dev.mien.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.nio.file.Path;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.cfg.Configuration;
import org.hibernate.community.dialect.SQLiteDialect;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `docs/stale-session.md` says of Hibernate beside its tables.
class HibernateTrapsTest {
    private static SessionFactory sessions;
    private static int used;

    @Entity(name = "Plain")
    @Table(name = "plain")
    static class Plain {
        @Id
        String id;

        String name = "old";
        String greeting = "old";
    }

    @DynamicUpdate
    @Entity(name = "Dynamic")
    @Table(name = "dynamic")
    static class Dynamic {
        @Id
        String id;

        String name = "old";
        String greeting = "old";
    }

    @Entity(name = "Versioned")
    @Table(name = "versioned")
    static class Versioned {
        @Id
        String id;

        String name = "old";
        String greeting = "old";

        @Version
        int version;
    }

    @BeforeAll
    static void open(@TempDir Path directory) {
        sessions = new Configuration()
                .addAnnotatedClass(Plain.class)
                .addAnnotatedClass(Dynamic.class)
                .addAnnotatedClass(Versioned.class)
                .setProperty("hibernate.connection.url", "jdbc:sqlite:" + directory.resolve("traps.db"))
                .setProperty("hibernate.connection.autocommit", "true")
                .setProperty("hibernate.connection.journal_mode", "WAL")
                .setProperty("hibernate.dialect", SQLiteDialect.class.getName())
                .setProperty("hibernate.hbm2ddl.auto", "create")
                .buildSessionFactory();
    }

    @AfterAll
    static void close() {
        sessions.close();
    }

    private static String plain() {
        var plain = new Plain();
        plain.id = "plain-" + ++used;
        sessions.inTransaction(session -> session.persist(plain));
        return plain.id;
    }

    private static void rename(Session session, String entity, String id) {
        session.createMutationQuery("update " + entity + " set name = 'new' where id = :id")
                .setParameter("id", id)
                .executeUpdate();
    }

    private static String nameInTheTable(String entity, String id) {
        return sessions.fromSession(
                session -> session.createSelectionQuery("select name from " + entity + " where id = :id", String.class)
                        .setParameter("id", id)
                        .getSingleResult());
    }

    @Test
    void query_afterTheStatement_givesTheOldObjectButTheNewColumn() {
        String id = plain();
        sessions.inTransaction(session -> {
            var held = session.find(Plain.class, id);
            rename(session, "Plain", id);

            var queried = session.createSelectionQuery("from Plain where id = :id", Plain.class)
                    .setParameter("id", id)
                    .getSingleResult();
            String column = session.createSelectionQuery("select name from Plain where id = :id", String.class)
                    .setParameter("id", id)
                    .getSingleResult();

            assertThat(queried).isSameAs(held);
            assertThat(queried.name).isEqualTo("old");
            assertThat(column).isEqualTo("new");
        });
    }

    @Test
    void query_whereTheNewNameMatches_givesAnObjectThatDoesNot() {
        String id = plain();
        sessions.inTransaction(session -> {
            session.find(Plain.class, id);
            rename(session, "Plain", id);

            var queried = session.createSelectionQuery("from Plain where id = :id and name = 'new'", Plain.class)
                    .setParameter("id", id)
                    .getSingleResult();

            assertThat(queried.name).isEqualTo("old");
        });
    }

    @Test
    void statementReturningAnEntity_objectInTheSession_givesTheOldObject() {
        String id = plain();
        sessions.inTransaction(session -> {
            session.find(Plain.class, id);

            var returned = session.createNativeQuery(
                            "update plain set name = 'new' where id = :id returning *", Plain.class)
                    .setParameter("id", id)
                    .getSingleResult();

            assertThat(returned.name).isEqualTo("old");
        });
        assertThat(nameInTheTable("Plain", id)).isEqualTo("new");
    }

    @Test
    void clear_changeNotFlushed_losesIt() {
        String id = plain();
        sessions.inTransaction(session -> {
            session.find(Plain.class, id).name = "mine";
            session.clear();
        });

        assertThat(nameInTheTable("Plain", id)).isEqualTo("old");
    }

    @Test
    void refresh_changeNotFlushed_losesIt() {
        String id = plain();
        sessions.inTransaction(session -> {
            var object = session.find(Plain.class, id);
            object.name = "mine";
            session.refresh(object);
        });

        assertThat(nameInTheTable("Plain", id)).isEqualTo("old");
    }

    @Test
    void merge_objectDetachedBeforeTheStatement_writesTheOldNameBack() {
        String id = plain();
        var detached = sessions.fromSession(session -> session.find(Plain.class, id));
        sessions.inTransaction(session -> rename(session, "Plain", id));

        detached.greeting = "mine";
        sessions.inTransaction(session -> session.merge(detached));

        assertThat(nameInTheTable("Plain", id)).isEqualTo("old");
    }

    @Test
    void dynamicUpdate_staleObjectSaved_leavesTheNewNameAlone() {
        var dynamic = new Dynamic();
        dynamic.id = "dynamic";
        sessions.inTransaction(session -> session.persist(dynamic));
        sessions.inTransaction(session -> {
            var object = session.find(Dynamic.class, dynamic.id);
            rename(session, "Dynamic", dynamic.id);
            object.greeting = "mine";
        });

        assertThat(nameInTheTable("Dynamic", dynamic.id)).isEqualTo("new");
    }

    private static String versioned() {
        var versioned = new Versioned();
        versioned.id = "versioned-" + ++used;
        sessions.inTransaction(session -> session.persist(versioned));
        return versioned.id;
    }

    @Test
    void version_plainStatement_doesNotNoticeTheStaleObject() {
        String id = versioned();
        sessions.inTransaction(session -> {
            var object = session.find(Versioned.class, id);
            rename(session, "Versioned", id);
            object.greeting = "mine";
        });

        assertThat(nameInTheTable("Versioned", id)).isEqualTo("old");
    }

    @Test
    void version_versionedStatement_refusesToSaveTheStaleObject() {
        String id = versioned();

        assertThatThrownBy(() -> sessions.inTransaction(session -> {
                    var object = session.find(Versioned.class, id);
                    rename(session, "versioned Versioned", id);
                    object.greeting = "mine";
                }))
                .isInstanceOf(OptimisticLockException.class);
    }
}
