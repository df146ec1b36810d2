package dev.mien.checker.history;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The fields of a document that a run writes and watches: names and values, ordered by name, immutable. A history
/// holds millions of them, so they are two arrays and no map.
public final class Fields {
    /// The field that a soft delete sets to `false`, whatever the server under test calls it.
    public static final String ACTIVE = "is_active";

    public static final Fields NONE = new Fields(new String[0], new String[0]);

    /// What a soft delete writes.
    public static final Fields DELETED = of(ACTIVE, "false");

    private final String[] names;
    private final String[] values;

    private Fields(String[] names, String[] values) {
        this.names = names;
        this.values = values;
    }

    public static Fields of(String name, String value) {
        return new Fields(new String[] {name}, new String[] {value});
    }

    public static Fields of(Map<String, String> map) {
        var sorted = new TreeMap<>(map);
        return new Fields(
                sorted.keySet().toArray(new String[0]), sorted.values().toArray(new String[0]));
    }

    public int size() {
        return names.length;
    }

    /// The name of the field at this place of the alphabetical order, from 0.
    public String name(int index) {
        return names[index];
    }

    public String value(int index) {
        return values[index];
    }

    public @Nullable String get(String name) {
        int index = Arrays.binarySearch(names, name);
        return index < 0 ? null : values[index];
    }

    /// The same fields with this one set.
    public Fields with(String name, String value) {
        return with(of(name, value));
    }

    /// A merge: these fields, with those of the patch replaced or added.
    public Fields with(Fields patch) {
        var mergedNames = new String[names.length + patch.names.length];
        var mergedValues = new String[mergedNames.length];
        int size = 0;
        int mine = 0;
        int theirs = 0;
        while (mine < names.length || theirs < patch.names.length) {
            int order = mine == names.length
                    ? 1
                    : theirs == patch.names.length ? -1 : names[mine].compareTo(patch.names[theirs]);
            mergedNames[size] = order < 0 ? names[mine] : patch.names[theirs];
            mergedValues[size++] = order < 0 ? values[mine] : patch.values[theirs];
            mine += order <= 0 ? 1 : 0;
            theirs += order >= 0 ? 1 : 0;
        }
        return new Fields(
                size == names.length ? names : Arrays.copyOf(mergedNames, size), Arrays.copyOf(mergedValues, size));
    }

    /// Whether every field of the other has the same value here.
    public boolean contains(Fields other) {
        for (int i = 0; i < other.size(); i++) {
            if (!other.values[i].equals(get(other.names[i]))) {
                return false;
            }
        }
        return true;
    }

    /// Whether this is a document that was softly deleted.
    public boolean isDeleted() {
        return "false".equals(get(ACTIVE));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Fields fields
                        && Arrays.equals(names, fields.names)
                        && Arrays.equals(values, fields.values));
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
    }

    /// `name=w17 tags=w3`
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            text.append(i == 0 ? "" : " ").append(names[i]).append('=').append(values[i]);
        }
        return text.toString();
    }
}
