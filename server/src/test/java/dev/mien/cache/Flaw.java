package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.cache.FakeDatabase.Point;
import dev.mien.store.Changes;
import dev.mien.store.Changes.Change;
import dev.mien.store.StoreUnavailableException;

/// A way to break the cache, which its tests have to notice.
enum Flaw {
    NONE,
    /// A read joins the check that is under way.
    JOINS_LATE,
    /// A check that failed or took too long counts.
    FAILURE_PASSES,
    /// A fill is kept whatever was applied meanwhile.
    FILL_UNCHECKED,
    /// That there is no such document is never doubted again.
    ABSENCE_IS_FOR_EVER,
    /// Deletions are not applied.
    NO_TOMBSTONES,
    /// The cache survives a reconnect.
    KEEPS_OVER_RECONNECT,
    /// Revisions are compared without their incarnation.
    NO_INCARNATION,
    /// `applied` moves on although the log has a gap.
    GAPS_PASS;

    /// A store in front of the database that is broken in this way.
    CoherentStore store(FakeDatabase database, CacheConfig config) {
        return new CoherentStore(database, config, new Check(database, config));
    }

    private final class Check extends FreshnessCheck {
        private final FakeDatabase database;
        private final CacheConfig config;

        Check(FakeDatabase database, CacheConfig config) {
            super(database, config);
            this.database = database;
            this.config = config;
        }

        @Override
        Batch joinable() {
            if (Flaw.this == JOINS_LATE && underWay() != null) {
                return underWay();
            }
            return super.joinable();
        }

        @Override
        void fail(Batch batch, StoreUnavailableException failure) {
            var before = current();
            if (Flaw.this == FAILURE_PASSES && before != null) {
                end(batch, before, System.nanoTime(), null);
            } else {
                super.fail(batch, failure);
            }
        }

        @Override
        Epoch newEpoch(RevisionToken head, String timeline) {
            return new BrokenEpoch(database, head, timeline, config);
        }
    }

    private final class BrokenEpoch extends Epoch {
        private final FakeDatabase database;

        BrokenEpoch(FakeDatabase database, RevisionToken head, String timeline, CacheConfig config) {
            super(head, timeline, config);
            this.database = database;
        }

        @Override
        long applied() {
            if (database != null) {
                database.hook.at(Point.LOOKING, "");
            }
            return super.applied();
        }

        @Override
        String breakIn(Changes answer) {
            String broken = super.breakIn(answer);
            boolean ignored = broken != null
                    && switch (Flaw.this) {
                        case KEEPS_OVER_RECONNECT -> broken.contains("new life");
                        case NO_INCARNATION -> broken.contains("another history");
                        case GAPS_PASS ->
                            broken.contains("missing") && !answer.changes().isEmpty();
                        default -> false;
                    };
            return ignored ? null : broken;
        }

        @Override
        boolean hasReached(RevisionToken token) {
            return Flaw.this == NO_INCARNATION ? token.revision() <= applied() : super.hasReached(token);
        }

        @Override
        void invalidate(Key key, Change change) {
            database.hook.at(Point.APPLYING, key.id());
            var kept = lookup(key);
            boolean ignored = switch (Flaw.this) {
                case ABSENCE_IS_FOR_EVER -> kept != null && kept.document() == null;
                case NO_TOMBSTONES -> change.operation().equals("delete");
                default -> false;
            };
            if (!ignored) {
                super.invalidate(key, change);
            }
        }

        @Override
        boolean isCurrent(Fill fill, RevisionToken asOf) {
            return Flaw.this == FILL_UNCHECKED || super.isCurrent(fill, asOf);
        }
    }
}
