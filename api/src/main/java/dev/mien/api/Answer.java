package dev.mien.api;

import org.jspecify.annotations.Nullable;

/// What a server answered, with what its headers say.
///
/// @param body the document, list or page
/// @param etag the document's `ETag`, to be sent back as `If-Match` or `If-None-Match`; null where the body is not one
/// document
/// @param token the state that the answer reflects
/// @param worker the number of the worker that answered
public record Answer<T>(T body, @Nullable String etag, RevisionToken token, int worker) {}
