package dev.mien.lab;

import org.hibernate.SessionEventListener;

/// The methods of the fault, and one listener that empties the session after each commit, whoever commits.
final class ClearOnEveryCommit extends BulkStatement {
    ClearOnEveryCommit(Database database) {
        super(database);
        var session = session();
        session.addEventListeners(new SessionEventListener() {
            @Override
            public void transactionCompletion(boolean successful) {
                session.clear();
            }
        });
    }
}
