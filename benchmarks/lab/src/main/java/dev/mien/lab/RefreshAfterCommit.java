package dev.mien.lab;

/// Only the changed object is read again.
final class RefreshAfterCommit extends HibernateServices {
    RefreshAfterCommit(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        begin();
        setName(Persona.class, id, name);
        commit();
        var object = persona(id);
        session().refresh(object);
        return object;
    }

    @Override
    public User renameUser(String id, String name) {
        begin();
        setName(User.class, id, name);
        commit();
        var object = user(id);
        session().refresh(object);
        return object;
    }
}
