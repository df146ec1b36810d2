package dev.mien.lab;

import java.util.List;
import org.hibernate.Session;

/// What all ways with a session have in common: they read through it, and its identity map answers first.
abstract class HibernateServices implements Services {
    private final Database database;
    private Session session;

    HibernateServices(Database database) {
        this.database = database;
        this.session = database.sessions().openSession();
    }

    final Session session() {
        return session;
    }

    final void begin() {
        session.beginTransaction();
    }

    void commit() {
        session.getTransaction().commit();
    }

    /// The statement that goes past the session.
    final void setName(Class<?> type, String id, String name) {
        session.createMutationQuery("update " + type.getSimpleName() + " set name = :name where id = :id")
                .setParameter("name", name)
                .setParameter("id", id)
                .executeUpdate();
    }

    final void replaceSession() {
        session.close();
        session = database.sessions().openSession();
    }

    @Override
    public final Persona persona(String id) {
        return session.find(Persona.class, id);
    }

    @Override
    public final User user(String id) {
        return session.find(User.class, id);
    }

    @Override
    public final List<Persona> personas(int count) {
        return session.createSelectionQuery("from Persona order by id", Persona.class)
                .setMaxResults(count)
                .getResultList();
    }

    @Override
    public final Persona greetWithoutRemedy(String id, String greeting) {
        begin();
        session.createMutationQuery("update Persona set greeting = :greeting where id = :id")
                .setParameter("greeting", greeting)
                .setParameter("id", id)
                .executeUpdate();
        commit();
        return persona(id);
    }

    @Override
    public final boolean tracks(Object object) {
        return session.contains(object);
    }

    @Override
    public final void save() {
        begin();
        commit();
    }

    @Override
    public final void close() {
        session.close();
    }
}
