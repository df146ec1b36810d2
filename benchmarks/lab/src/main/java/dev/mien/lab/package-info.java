/// The stale session, rebuilt with Hibernate ORM on SQLite, and the remedies for it, observed and measured.
///
/// Each remedy is a small class that implements [Services]. [Observer] asks the same questions of all of them, and
/// [Stopwatch] takes their times. `docs/stale-session.md` explains what comes out.
@NullMarked
package dev.mien.lab;

import org.jspecify.annotations.NullMarked;
