package dev.mien.lab;

/// The remedy of the original: the whole session is emptied after the commit.
final class ClearAfterCommit extends HibernateServices {
    ClearAfterCommit(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        begin();
        setName(Persona.class, id, name);
        commit();
        session().clear();
        return persona(id);
    }

    @Override
    public User renameUser(String id, String name) {
        begin();
        setName(User.class, id, name);
        commit();
        session().clear();
        return user(id);
    }
}
