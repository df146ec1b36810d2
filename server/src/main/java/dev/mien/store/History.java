package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.util.List;

/// A part of a document's history.
///
/// @param versions newest first, without their documents; empty where there is no document
/// @param hasMore whether there are older ones
/// @param asOf the state of the store in which all of them were read
public record History(List<Version> versions, boolean hasMore, RevisionToken asOf) implements AsOf {}
