package dev.mien.store;

import java.util.List;

/// A kind of document, which is one table of the store.
///
/// @param name the table's name, the same as in addresses: `personas`
/// @param uniqueFields members that no two documents may share; each is a unique column of the table
/// @param reference the member that must name a row of another collection when it is set; empty for none
public record Collection(String name, List<String> uniqueFields, String reference) {
    public Collection {
        // The name becomes part of SQL text, so it may only be a plain word.
        if (!name.matches("[a-z_]+")) {
            throw new IllegalArgumentException("not a table name: " + name);
        }
        uniqueFields = List.copyOf(uniqueFields);
    }
}
