package dev.mien.lab;

/// Only the changed object is taken out of the session.
final class DetachAfterCommit extends HibernateServices {
    DetachAfterCommit(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        var stale = persona(id);
        begin();
        setName(Persona.class, id, name);
        commit();
        session().detach(stale);
        return persona(id);
    }

    @Override
    public User renameUser(String id, String name) {
        var stale = user(id);
        begin();
        setName(User.class, id, name);
        commit();
        session().detach(stale);
        return user(id);
    }
}
