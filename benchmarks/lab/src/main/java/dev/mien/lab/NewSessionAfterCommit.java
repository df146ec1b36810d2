package dev.mien.lab;

/// The methods of the fault, and a commit that ends the session. It is what `expire_on_commit` does in SQLAlchemy,
/// except that objects from before are left behind and not read again.
final class NewSessionAfterCommit extends BulkStatement {
    NewSessionAfterCommit(Database database) {
        super(database);
    }

    @Override
    void commit() {
        super.commit();
        replaceSession();
    }
}
