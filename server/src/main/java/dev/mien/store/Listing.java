package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.util.List;

/// The answer to a [Query]: documents of one state of the store.
///
/// @param documents in the order that the query asks for
/// @param hasMore whether the query would have found more than its limit
/// @param asOf the state of the store in which all of them were read
public record Listing(List<Document> documents, boolean hasMore, RevisionToken asOf) implements AsOf {}
