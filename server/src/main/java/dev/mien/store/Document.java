package dev.mien.store;

/// One document of the store, as it goes out.
///
/// @param id names it within its collection
/// @param version 1 for the first, one more with each change, never used twice for an id
/// @param revision the position of its last change in the store's log
/// @param incarnation the store's history that the revision belongs to
/// @param json the finished JSON object in UTF-8, `id`, `version`, `revision`, `created_at` and `updated_at` included.
///     The array is shared: nobody may write to it.
@SuppressWarnings("ArrayRecordComponent") // Never compared; copying it for each reader would double the cost of a read.
public record Document(String id, long version, long revision, String incarnation, byte[] json) {

    /// The strong entity tag (RFC 9110 §8.8.3). A revision names one change of one document in one history, so no two
    /// documents share a tag either, and one may follow another at the same address, as a name's new holder does.
    public String etag() {
        return "\"" + revision + "-" + incarnation + "\"";
    }
}
