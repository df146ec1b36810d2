package dev.mien.lab;

/// The session is emptied between statement and commit, as `@Modifying(clearAutomatically = true)` of Spring Data does.
final class ClearAfterStatement extends HibernateServices {
    ClearAfterStatement(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        begin();
        setName(Persona.class, id, name);
        session().clear();
        commit();
        return persona(id);
    }

    @Override
    public User renameUser(String id, String name) {
        begin();
        setName(User.class, id, name);
        session().clear();
        commit();
        return user(id);
    }
}
