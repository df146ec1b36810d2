package dev.mien.store;

/// One document of the store, as it goes out.
///
/// @param id names it within its collection
/// @param version 1 for the first, one more with each change, never used twice for an id
/// @param incarnation the store's history that the version belongs to
/// @param json the finished JSON object in UTF-8, `id`, `version`, `revision`, `created_at` and `updated_at` included.
///     The array is shared: nobody may write to it.
@SuppressWarnings("ArrayRecordComponent") // Never compared; copying it for each reader would double the cost of a read.
public record Document(String id, long version, String incarnation, byte[] json) {

    /// The strong entity tag (RFC 9110 §8.8.3): equal only for the same version in the same history.
    public String etag() {
        return etag(version, incarnation);
    }

    static String etag(long version, String incarnation) {
        return "\"" + version + "-" + incarnation + "\"";
    }
}
