package dev.mien.checker.fault;

import java.sql.SQLException;

/// The one lock that all writers of a database take, where there is one.
public interface WriteLock {
    /// Whether somebody holds it now.
    boolean isHeld() throws SQLException;
}
