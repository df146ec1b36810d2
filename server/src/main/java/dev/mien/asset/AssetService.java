package dev.mien.asset;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.http.ProblemException;
import dev.mien.store.AsOf;
import dev.mien.store.SideTables;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stores and finds files by their content.
///
/// **A file belongs to the personas that name it.** It is stored first, and a document that names it is written then.
/// One that nobody came to name is removed a day after it was last brought; one that was named is removed in the
/// transaction that ends the last persona of which any version named it. So a document which names a file that was
/// brought a moment ago finds it, but for the moment in which its last user ends: such a document is refused, and the
/// file is to be brought once more.
public final class AssetService implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AssetService.class);

    /// How long a file that nobody uses stays.
    static final Duration KEPT_UNUSED = Duration.ofDays(1);
    /// How long it is not noted that a file was brought again.
    private static final Duration NOTED = Duration.ofHours(1);

    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{64}");

    private final AssetTables tables;
    private final AssetConfig config;
    private final InstantSource clock;
    private final Thumbnails thumbnails;

    public AssetService(SideTables tables, AssetConfig config, InstantSource clock) {
        this.tables = new AssetTables(tables);
        this.config = config;
        this.clock = clock;
        this.thumbnails = new Thumbnails(address -> this.tables.whole(address).bytes(), config.thumbnailCacheBytes());
    }

    /// What is known of a file, and the state of the store that it was read in.
    record FoundInfo(AssetInfo info, RevisionToken asOf) implements AsOf {}

    /// Whether a text may be an address.
    public static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches();
    }

    /// The address of a content: its SHA-256 in hexadecimal, in lower case.
    public static String addressOf(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /// Stores a file, of whatever kind, unless it is there. On disk when this returns.
    ///
    /// @param bytes not written to afterwards
    /// @return its address, which a document may name now
    /// @throws ProblemException if it is empty or too large
    /// @throws dev.mien.store.StoreUnavailableException if it may not have been stored; to repeat it does no harm
    public String put(byte[] bytes) {
        if (bytes.length > config.maximumBytes()) {
            throw new ProblemException(
                    ProblemType.BODY_TOO_LARGE, "The file is larger than " + config.maximumBytes() + " bytes.");
        }
        if (bytes.length == 0) {
            throw new ProblemException(ProblemType.INVALID_IMAGE, "The file is empty.");
        }
        String address = addressOf(bytes);
        var now = clock.instant();
        var found = tables.info(address);
        if (found.info() == null || found.putAt().compareTo(AssetTables.text(now.minus(NOTED))) < 0) {
            tables.put(new AssetInfo(address, Format.of(bytes), bytes.length), bytes, now);
        }
        return address;
    }

    /// The file with this address, as the store has it now.
    public Optional<Asset> get(String address) {
        if (!isAddress(address)) {
            return Optional.empty();
        }
        var found = tables.whole(address);
        return Optional.ofNullable(found.info()).map(info -> new Asset(info, Objects.requireNonNull(found.bytes())));
    }

    /// What is known of the file with this address, as the store has it now.
    ///
    /// @throws ProblemException if there is none
    FoundInfo info(String address) {
        if (!isAddress(address)) {
            throw new ProblemException(
                    ProblemType.ASSET_NOT_FOUND, "An address is a SHA-256: 64 of 0 to 9 and a to f.");
        }
        var found = tables.info(address);
        if (found.info() == null) {
            thumbnails.forget(address);
            throw missing(address, found.asOf());
        }
        return new FoundInfo(found.info(), found.asOf());
    }

    private static ProblemException missing(String address, RevisionToken asOf) {
        return new ProblemException(
                Problem.of(ProblemType.ASSET_NOT_FOUND, "Nothing is stored at " + address + "."), asOf);
    }

    /// Some of a file's bytes.
    ///
    /// @param from the position of the first, from 0
    /// @return at most `most`
    /// @throws ProblemException if the file is not there any more
    byte[] part(String address, long from, int most) {
        var found = tables.part(address, from, most);
        if (found.bytes() == null) {
            throw missing(address, found.asOf());
        }
        return found.bytes();
    }

    /// A small picture of one that was just found.
    ///
    /// @param size one of those that pictures are drawn in: 64, 128, 256, 512
    ///
    /// @throws ProblemException if it cannot be drawn
    public Thumbnail thumbnail(String address, int size) {
        return thumbnails.get(address, size);
    }

    /// Removes files that nobody uses, a bounded number of them.
    ///
    /// @return how many
    public int removeUnused() {
        int removed = tables.removeUnused(clock.instant().minus(KEPT_UNUSED));
        if (removed > 0) {
            log.info("Removed {} files that nobody used", removed);
        }
        return removed;
    }

    /// Ends the drawing of small pictures.
    @Override
    public void close() {
        thumbnails.close();
    }
}
