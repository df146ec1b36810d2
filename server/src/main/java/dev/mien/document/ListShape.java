package dev.mien.document;

import java.util.List;

/// What the lists of a collection can do.
///
/// @param searched the members that a search looks into, in the order in which snippets of them are given; empty where
///     there is no search
/// @param summary the members that `fields=summary` stands for
public record ListShape(List<String> searched, List<String> summary) {
    public ListShape {
        searched = List.copyOf(searched);
        summary = List.copyOf(summary);
    }
}
