package dev.mien.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.hibernate.LazyInitializationException;

/// Asks the same questions of every way, and writes down the answers. Each question takes personas that no other used.
final class Observer {
    private static final String NEW = "new";
    /// How many personas are read for the count of statements. They come first, and no other question uses them.
    private static final int COUNTED = 100;

    private final Database database;
    private final Neighbour neighbour;
    private int used = COUNTED;

    /// @param neighbour a process with the same database
    Observer(Database database, Neighbour neighbour) {
        this.database = database;
        this.neighbour = neighbour;
    }

    /// How many personas the database must have.
    static int personas() {
        return COUNTED + 12 * Way.values().length;
    }

    List<Observation> observeAll() {
        var observations = new ArrayList<Observation>();
        for (var way : Way.values()) {
            observations.add(observe(way));
        }
        return observations;
    }

    private Observation observe(Way way) {
        var freshness = freshness(way);
        var others = others(way);
        var statements = statements(way);
        return new Observation(
                way,
                freshness.answer,
                answerOfUser(way),
                freshness.askedAgain,
                freshness.heldObject,
                freshness.newSession,
                freshness.olderSession,
                freshness.elsewhere.newSession(),
                freshness.elsewhere.olderSession(),
                forgotten(way),
                others.object,
                others.askedAgain,
                others.lazyOwner,
                pendingPersona(way),
                pendingUser(way),
                laterChange(way),
                statements.update,
                statements.reload);
    }

    private record Freshness(
            String answer,
            String askedAgain,
            String heldObject,
            String newSession,
            String olderSession,
            Neighbour.Answers elsewhere) {}

    private Freshness freshness(Way way) {
        String id = Database.persona(++used);
        try (var services = way.open(database);
                var older = way.open(database)) {
            var held = services.persona(id);
            older.persona(id);
            neighbour.read(way, id);

            String answer = judged(services.renamePersona(id, NEW).name());
            String askedAgain = judged(services.persona(id).name());
            String heldObject = judged(held.name()) + tracking(services, held);
            String olderSession = judged(older.persona(id).name());
            try (var fresh = way.open(database)) {
                return new Freshness(
                        answer,
                        askedAgain,
                        heldObject,
                        judged(fresh.persona(id).name()),
                        olderSession,
                        neighbour.readAgain(way, id));
            }
        }
    }

    private String answerOfUser(Way way) {
        String id = Database.user(++used);
        try (var services = way.open(database)) {
            services.user(id);

            return judged(services.renameUser(id, NEW).name());
        }
    }

    private String forgotten(Way way) {
        String id = Database.persona(++used);
        try (var services = way.open(database)) {
            services.persona(id);

            return judged(services.greetWithoutRemedy(id, NEW).greeting());
        }
    }

    private record Others(String object, String askedAgain, String lazyOwner) {}

    private Others others(Way way) {
        String updated = Database.persona(++used);
        String changedElsewhere = Database.persona(++used);
        try (var services = way.open(database);
                var somebodyElse = way.open(database)) {
            services.persona(updated);
            var other = services.persona(changedElsewhere);
            somebodyElse.renamePersona(changedElsewhere, NEW);

            services.renamePersona(updated, NEW);

            return new Others(
                    judged(other.name()) + tracking(services, other),
                    judged(services.persona(changedElsewhere).name()),
                    lazyOwner(other));
        }
    }

    private static String lazyOwner(Persona persona) {
        var owner = persona.owner();
        if (owner == null) {
            return "no such reference";
        }
        try {
            return owner.name().equals(Database.OLD) ? "loads" : "wrong";
        } catch (LazyInitializationException e) {
            return e.getClass().getSimpleName();
        }
    }

    private String pendingPersona(Way way) {
        String updated = Database.persona(++used);
        String id = Database.persona(++used);
        try (var services = way.open(database)) {
            services.persona(updated);
            var persona = services.persona(id);
            boolean tracked = services.tracks(persona);
            persona.greet(NEW);

            services.renamePersona(updated, NEW);

            return fate(way, services, tracked, fresh -> fresh.persona(id).greeting());
        }
    }

    private String pendingUser(Way way) {
        String updated = Database.persona(++used);
        String id = Database.user(++used);
        try (var services = way.open(database)) {
            services.persona(updated);
            var user = services.user(id);
            boolean tracked = services.tracks(user);
            user.rename(NEW);

            services.renamePersona(updated, NEW);

            return fate(way, services, tracked, fresh -> fresh.user(id).name());
        }
    }

    /// What became of a change of an object that nobody saved.
    private String fate(Way way, Services services, boolean tracked, Function<Services, String> changed) {
        if (isWritten(way, changed)) {
            return "written";
        }
        services.save();
        if (isWritten(way, changed)) {
            return "written later";
        }
        return tracked ? "**lost**" : "not tracked";
    }

    private boolean isWritten(Way way, Function<Services, String> changed) {
        try (var fresh = way.open(database)) {
            return changed.apply(fresh).equals(NEW);
        }
    }

    private String laterChange(Way way) {
        String id = Database.persona(++used);
        try (var services = way.open(database)) {
            var held = services.persona(id);
            boolean tracked = services.tracks(held);
            services.renamePersona(id, NEW);

            held.greet(NEW);
            services.save();

            try (var fresh = way.open(database)) {
                var written = fresh.persona(id);
                if (written.name().equals(Database.OLD)) {
                    return "**writes the old name back**";
                }
                if (written.greeting().equals(NEW)) {
                    return "written";
                }
                return tracked ? "**not written**" : "not tracked";
            }
        }
    }

    private record Statements(int update, int reload) {}

    private Statements statements(Way way) {
        try (var services = way.open(database)) {
            services.personas(COUNTED);
            int before = database.statements();

            services.renamePersona(Database.persona(1), way.name());
            int updated = database.statements();
            for (int i = 1; i <= COUNTED; i++) {
                services.persona(Database.persona(i));
            }

            return new Statements(updated - before, database.statements() - updated);
        }
    }

    static String judged(String value) {
        return switch (value) {
            case NEW -> "fresh";
            case Database.OLD -> "**stale**";
            default -> throw new IllegalStateException("neither the old nor the new value: " + value);
        };
    }

    private static String tracking(Services services, Object object) {
        return services.tracks(object) ? ", tracked" : ", not tracked";
    }
}
