package dev.mien.checker.history;

/// One document as one worker shows it at rest.
///
/// @param version 0 when this worker says that there is no such document and names no version
/// @param revision 0 when the worker did not say
/// @param fields all watched fields that the document has
public record FinalDocument(int worker, Key key, long version, long revision, Fields fields) {}
