package dev.mien.checker.verdict;

import dev.mien.checker.history.Fields;

/// A value of a field. Unless the field is [Fields#ACTIVE], one request of the history carries it and no other.
record FieldValue(String field, String value) {
    static FieldValue of(Fields fields, int index) {
        return new FieldValue(fields.name(index), fields.value(index));
    }
}
