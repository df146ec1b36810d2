package dev.mien.lab;

import java.util.List;
import org.hibernate.StatelessSession;

/// Hibernate's `StatelessSession`: mapping and queries, but no identity map and no tracking of changes.
final class WithoutIdentityMap implements Services {
    private final StatelessSession session;

    WithoutIdentityMap(Database database) {
        session = database.sessions().openStatelessSession();
    }

    @Override
    public Persona persona(String id) {
        return session.get(Persona.class, id);
    }

    @Override
    public User user(String id) {
        return session.get(User.class, id);
    }

    @Override
    public List<Persona> personas(int count) {
        return session.createSelectionQuery("from Persona order by id", Persona.class)
                .setMaxResults(count)
                .getResultList();
    }

    @Override
    public Persona renamePersona(String id, String name) {
        update("update Persona set name = :value where id = :id", id, name);
        return persona(id);
    }

    @Override
    public User renameUser(String id, String name) {
        update("update User set name = :value where id = :id", id, name);
        return user(id);
    }

    @Override
    public Persona greetWithoutRemedy(String id, String greeting) {
        update("update Persona set greeting = :value where id = :id", id, greeting);
        return persona(id);
    }

    private void update(String statement, String id, String value) {
        session.beginTransaction();
        session.createMutationQuery(statement)
                .setParameter("value", value)
                .setParameter("id", id)
                .executeUpdate();
        session.getTransaction().commit();
    }

    @Override
    public boolean tracks(Object object) {
        return false;
    }

    @Override
    public void save() {
        session.beginTransaction();
        session.getTransaction().commit();
    }

    @Override
    public void close() {
        session.close();
    }
}
