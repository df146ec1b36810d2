package dev.mien.lab;

/// The statement gives back the row that it wrote (`RETURNING`). Read as columns, since as an entity it would be looked
/// up in the identity map.
final class RowFromStatement extends HibernateServices {
    RowFromStatement(Database database) {
        super(database);
    }

    @Override
    public Persona renamePersona(String id, String name) {
        begin();
        var row = session()
                .createNativeQuery(
                        "update personas set name = :name where id = :id returning id, name, greeting", Object[].class)
                .setParameter("name", name)
                .setParameter("id", id)
                .getSingleResult();
        commit();
        return new Persona((String) row[0], (String) row[1], (String) row[2]);
    }

    @Override
    public User renameUser(String id, String name) {
        begin();
        var row = session()
                .createNativeQuery("update users set name = :name where id = :id returning id, name", Object[].class)
                .setParameter("name", name)
                .setParameter("id", id)
                .getSingleResult();
        commit();
        return new User((String) row[0], (String) row[1]);
    }
}
