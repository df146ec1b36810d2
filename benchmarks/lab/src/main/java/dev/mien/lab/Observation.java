package dev.mien.lab;

/// What was seen of one way. `fresh` and `stale` are about the new name of a persona after the commit.
///
/// @param answer what the updating method of the persona service gave back
/// @param answerOfUser the same of the user service
/// @param askedAgain the same session, asked for the persona once more
/// @param heldObject the object that the caller had before the update, and whether the session still tracks it
/// @param newSession a session opened after the commit
/// @param olderSession a session that had read the persona before and reads it again
/// @param newSessionElsewhere as `newSession`, in another process
/// @param olderSessionElsewhere as `olderSession`, in another process
/// @param forgotten what a method gave back in which nothing was done about stale objects
/// @param otherObject another object of the session, which somebody else had changed meanwhile
/// @param otherAskedAgain the same session, asked for that other one once more
/// @param lazyOwner what becomes of a reference of that other object that was not loaded yet
/// @param pendingPersona a change of another persona that was not written yet when the update began
/// @param pendingUser the same of a user, which is in another table than what the statement changes
/// @param laterChange a change of another field through the object held from before, and then a commit
/// @param statements SQL statements of one update, with a hundred personas in the session
/// @param statementsToReload SQL statements to read those hundred once more afterwards
record Observation(
        Way way,
        String answer,
        String answerOfUser,
        String askedAgain,
        String heldObject,
        String newSession,
        String olderSession,
        String newSessionElsewhere,
        String olderSessionElsewhere,
        String forgotten,
        String otherObject,
        String otherAskedAgain,
        String lazyOwner,
        String pendingPersona,
        String pendingUser,
        String laterChange,
        int statements,
        int statementsToReload) {}
