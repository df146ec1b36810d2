package dev.mien.lab;

/// No statement: the object is changed, and the session finds out and writes it.
final class ThroughEntity extends HibernateServices {
    ThroughEntity(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        begin();
        var object = persona(id);
        object.rename(name);
        commit();
        return object;
    }

    @Override
    public User renameUser(String id, String name) {
        begin();
        var object = user(id);
        object.rename(name);
        commit();
        return object;
    }
}
