package dev.mien.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How long does one update take, from the call to the new object, with so many personas in the session?
///
/// One persona is renamed again and again, each time in a session of its own that has read the others before; only the
/// update is timed. The ways take turns, so that whatever slows the machine slows them all. The first round is not
/// counted.
final class Stopwatch {
    static final List<Integer> OBJECTS = List.of(1, 100, 10_000);

    private final Database database;
    private final Map<Key, List<Double>> micros = new LinkedHashMap<>();
    private int names;

    private record Key(Way way, int objects) {}

    /// The times of all counted updates of one way.
    record Times(Way way, int objects, List<Double> micros) {
        double quantile(double share) {
            var sorted = micros.stream().sorted().toList();
            return sorted.get((int) Math.round(share * (sorted.size() - 1)));
        }
    }

    Stopwatch(Database database) {
        this.database = database;
    }

    List<Times> run(int rounds) {
        for (int round = 0; round <= rounds; round++) {
            for (int objects : OBJECTS) {
                for (var way : Way.values()) {
                    for (int i = 0; i < updates(objects); i++) {
                        double time = microsOfOne(way, objects);
                        if (round > 0) {
                            micros.computeIfAbsent(new Key(way, objects), key -> new ArrayList<>())
                                    .add(time);
                        }
                    }
                }
            }
        }
        return micros.entrySet().stream()
                .map(each -> new Times(each.getKey().way, each.getKey().objects, each.getValue()))
                .toList();
    }

    /// To read ten thousand personas takes long, so there are fewer of these in a round.
    private static int updates(int objects) {
        return objects < 1_000 ? 20 : 3;
    }

    private double microsOfOne(Way way, int objects) {
        String name = "name " + names++;
        try (var services = way.open(database)) {
            var held = services.personas(objects);
            String id = held.getFirst().id();

            long begin = System.nanoTime();
            services.renamePersona(id, name);
            return (System.nanoTime() - begin) / 1_000.0;
        }
    }
}
