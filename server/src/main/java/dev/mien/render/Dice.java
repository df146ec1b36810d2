package dev.mien.render;

import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Where a render call gets its random numbers from.
///
/// Each piece of text has a sequence of its own, so a change to one does not change what another says. With a seed
/// everything is the same each time: the sequences are those of [Random], which its specification fixes for all
/// versions and machines.
final class Dice {
    private final @Nullable Long seed;
    private final String persona;
    private boolean rolled;

    /// @param persona its id
    Dice(@Nullable Long seed, String persona) {
        this.seed = seed;
        this.persona = persona;
    }

    /// The sequence for `{{random}}` and `{{roll}}` in the piece of text with this name.
    Random sequence(String piece) {
        return new Random(seed == null ? ThreadLocalRandom.current().nextLong() : mixed(seed, piece));
    }

    /// Notes that a number of a sequence was used.
    void roll() {
        rolled = true;
    }

    /// A choice that is the same for the same prompt, also without a seed.
    ///
    /// @param occasion which choice of the prompt it is
    int pick(String occasion, int bound) {
        return new Random(mixed(seed == null ? 0 : seed, persona + "\n" + occasion)).nextInt(bound);
    }

    /// Whether the same call would give the same answer.
    boolean repeatable() {
        return seed != null || !rolled;
    }

    /// A 64-bit FNV-1a hash of the text, begun with the seed and finished as in SplitMix64.
    private static long mixed(long seed, String text) {
        long hash = 0xcbf29ce484222325L ^ seed * 0x9e3779b97f4a7c15L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
