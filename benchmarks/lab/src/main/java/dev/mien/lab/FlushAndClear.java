package dev.mien.lab;

/// What is to be written is written first, and the session is emptied after the statement, as `@Modifying` of Spring
/// Data does with `flushAutomatically` and `clearAutomatically`.
final class FlushAndClear extends HibernateServices {
    FlushAndClear(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        begin();
        session().flush();
        setName(Persona.class, id, name);
        session().clear();
        commit();
        return persona(id);
    }

    @Override
    public User renameUser(String id, String name) {
        begin();
        session().flush();
        setName(User.class, id, name);
        session().clear();
        commit();
        return user(id);
    }
}
