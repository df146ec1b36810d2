package dev.mien.lab;

import java.util.List;

/// The persona service and the user service of one unit of work, such as a request or a job.
///
/// Each implementation is one way to write "change a row, commit, and give back what is there now".
interface Services extends AutoCloseable {

    Persona persona(String id);

    User user(String id);

    /// The first personas by id. They stay in the session, if there is one.
    List<Persona> personas(int count);

    /// @return the persona with its new name, if the way is right
    Persona renamePersona(String id, String name);

    /// @return the user with its new name, if the way is right
    User renameUser(String id, String name);

    /// A method that somebody added later and in which nothing was done about stale objects: a statement, a commit, a
    /// read.
    Persona greetWithoutRemedy(String id, String greeting);

    /// Whether changes of this object are noticed and written.
    boolean tracks(Object object);

    /// Commits whatever is still to be written.
    void save();

    @Override
    void close();
}
