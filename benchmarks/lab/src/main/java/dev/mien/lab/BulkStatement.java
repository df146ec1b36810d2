package dev.mien.lab;

/// The fault: a statement, a commit, and a read that the session answers from its identity map.
class BulkStatement extends HibernateServices {
    BulkStatement(Database database) {
        super(database);
    }

    @Override
    public final Persona renamePersona(String id, String name) {
        begin();
        setName(Persona.class, id, name);
        commit();
        return persona(id);
    }

    @Override
    public final User renameUser(String id, String name) {
        begin();
        setName(User.class, id, name);
        commit();
        return user(id);
    }
}
