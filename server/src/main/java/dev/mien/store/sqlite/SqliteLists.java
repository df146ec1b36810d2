package dev.mien.store.sqlite;

import dev.mien.api.RevisionToken;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Listing;
import dev.mien.store.Query;
import dev.mien.store.Search;
import dev.mien.store.StatementCache;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Lists and searches of one reading connection. Used by one thread at a time.
///
/// Every answer is one statement, which reads the head of the log in the same snapshot. Where there is a choice of
/// where to begin, statements before it count how many rows each filter would leave; that decides how long the answer
/// takes and not what it is.
final class SqliteLists {
    /// As many rows of a filter are counted at most, and gathered in memory.
    private static final int FEW = 5_000;

    /// The head is one row, so SQLite takes the documents in the order of an index and sorts nothing.
    private static final String LIST = """
            SELECT h.incarnation, h.seq, d.id, d.version, d.revision, d.document
              FROM log_head h LEFT JOIN %s d ON true%s
             WHERE h.id = 1
             ORDER BY d.id DESC LIMIT ?
            """;

    /// CROSS JOIN keeps the order of the two tables: rows of the filter first, each document then looked up by its key.
    private static final String LIST_OF = """
            SELECT h.incarnation, h.seq, d.id, d.version, d.revision, d.document
              FROM log_head h LEFT JOIN (
                   SELECT s.%2$s AS id FROM %1$s CROSS JOIN %3$s d ON d.id = s.%2$s
                    WHERE %4$s
                    ORDER BY s.%2$s DESC LIMIT ?) p
              LEFT JOIN %3$s d ON d.id = p.id
             WHERE h.id = 1
             ORDER BY p.id DESC
            """;

    /// The index gives rows from the highest number to the lowest, so this ends after so many.
    private static final String RANKED = """
            SELECT %1$d AS tier, t.rowid AS docid, n.id, %2$s AS score
              FROM %6$s%3$s t CROSS JOIN personas_number n ON n.docid = t.rowid%4$s
             WHERE %3$s MATCH ?%5$s
             ORDER BY t.rowid DESC LIMIT %7$d
            """;

    /// The name weighs most, then tags and themes.
    private static final String SCORE = "bm25(personas_text, 10, 4, 4)";

    /// The less else is in the name, the better. To ask for bm25 costs as much as the search itself.
    private static final String NAME_SCORE = "length(d.name)";

    /// Where names alone fill the page, the rest is not asked for. The bare columns beside min() are those of the row
    /// that has the minimum (https://www.sqlite.org/lang_select.html).
    private static final String SEARCH = """
            WITH named AS MATERIALIZED (%s)
            SELECT h.incarnation, h.seq, d.id, d.version, d.revision, d.document
              FROM log_head h LEFT JOIN (
                   SELECT min(tier) AS tier, docid, id, score
                     FROM (SELECT * FROM named UNION ALL SELECT * FROM (%s))
                    GROUP BY docid ORDER BY tier, score, docid DESC LIMIT ? OFFSET ?) p
              LEFT JOIN %s d ON d.id = p.id
             WHERE h.id = 1
             ORDER BY p.tier, p.score, p.docid DESC
            """;

    /// One condition of a query.
    ///
    /// @param source the rows that it leaves, as a table `s`; empty where no index gives them
    /// @param key the column of `s` that is the document's id
    /// @param those the condition on `s`
    /// @param check the condition on the document's row `d`
    /// @param inOrder whether the source has each id once and an index in their order
    /// @param values the parameters of `those`, and those of `check`
    private record Filter(String source, String key, String those, String check, boolean inOrder, List<Object> values) {
        String ids() {
            return "SELECT s." + key + " FROM " + source + " WHERE " + those;
        }
    }

    private final Connection connection;
    private final StatementCache statements;

    SqliteLists(Connection connection, StatementCache statements) {
        this.connection = connection;
        this.statements = statements;
    }

    Listing list(Collection collection, Query query) throws SQLException {
        var filters = filters(collection, query);
        var parameters = new ArrayList<Object>();
        String sql = query.search() == null
                ? page(collection, query, filters, parameters)
                : found(collection, query.search(), query.limit(), filters, parameters);
        var statement = prepared(sql, parameters);
        try (var rows = statement.executeQuery()) {
            rows.next();
            var asOf = new RevisionToken(rows.getString(1), rows.getLong(2));
            var documents = new ArrayList<Document>();
            boolean hasMore = false;
            if (rows.getString(3) != null) {
                long bytes = 0;
                do {
                    hasMore = documents.size() == query.limit() || bytes >= Query.MAXIMUM_PAGE_BYTES;
                    if (!hasMore) {
                        var document = new Document(
                                rows.getString(3),
                                rows.getLong(4),
                                rows.getLong(5),
                                asOf.incarnation(),
                                rows.getBytes(6));
                        bytes += document.json().length;
                        documents.add(document);
                    }
                } while (!hasMore && rows.next());
            }
            return new Listing(List.copyOf(documents), hasMore, asOf);
        }
    }

    private static List<Filter> filters(Collection collection, Query query) {
        String table = collection.name() + " s";
        var filters = new ArrayList<Filter>();
        if (query.tag() != null) {
            // A REPLACE by hand may leave a row behind, so the document is asked too.
            filters.add(new Filter(
                    collection.name() + "_tag s",
                    "id",
                    "s.tag = ?",
                    "EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = ?)",
                    true,
                    List.of(query.tag())));
        }
        if (query.label() != null) {
            filters.add(new Filter(
                    "labels s",
                    "owner_id",
                    "s.document ->> '$.label' = ? AND s.target IS NOT NULL",
                    "EXISTS (SELECT 1 FROM labels l WHERE l.id = d.id || '~' || ? AND l.target IS NOT NULL)",
                    true,
                    List.of(query.label())));
        }
        if (query.card() != null) {
            filters.add(new Filter(table, "id", "s.card_hash = ?", "d.card_hash = ?", true, List.of(query.card())));
        }
        if (query.owner() != null) {
            filters.add(new Filter(table, "id", "s.owner_id = ?", "d.owner_id = ?", true, List.of(query.owner())));
        }
        if (query.updatedSince() != null) {
            // Where the log has been trimmed, it does not tell of everything.
            filters.add(new Filter(
                    "(SELECT DISTINCT id FROM (SELECT id FROM changes WHERE at >= ? AND collection = '"
                            + collection.name()
                            + "' UNION ALL SELECT a.id FROM log_head h CROSS JOIN " + collection.name()
                            + " a WHERE h.id = 1 AND h.floor > 0)) s",
                    "id",
                    "true",
                    "d.updated_at >= ?",
                    false,
                    List.of(query.updatedSince())));
        }
        if (query.active() != null) {
            // A literal, so that the index of deleted rows can be used.
            int active = query.active() ? 1 : 0;
            filters.add(new Filter(
                    query.active() ? "" : table,
                    "id",
                    "s.is_active = " + active,
                    "d.is_active = " + active,
                    true,
                    List.of()));
        }
        return filters;
    }

    /// The rows of one page and one more, newest first.
    private String page(Collection collection, Query query, List<Filter> filters, List<Object> parameters)
            throws SQLException {
        var begin = begin(filters, false);
        if (begin.isPresent()) {
            parameters.addAll(begin.get().values());
        }
        var conditions = new ArrayList<String>();
        begin.ifPresent(filter -> conditions.add(filter.those()));
        for (var filter : filters) {
            conditions.add(filter.check());
            parameters.addAll(filter.values());
        }
        String key = begin.map(filter -> "s." + filter.key()).orElse("d.id");
        if (query.beforeId() != null) {
            conditions.add(key + " < ?");
            parameters.add(query.beforeId());
        }
        parameters.add(query.limit() + 1);
        if (begin.isPresent()) {
            var filter = begin.get();
            return LIST_OF.formatted(
                    filter.source(), filter.key(), collection.name(), String.join(" AND ", conditions));
        }
        return LIST.formatted(collection.name(), and(conditions));
    }

    /// The rows of one page of what is found, and one more, best first.
    private String found(Collection collection, Search search, int limit, List<Filter> filters, List<Object> parameters)
            throws SQLException {
        var few = begin(filters, true);
        var conditions = new ArrayList<String>();
        var values = new ArrayList<Object>();
        if (few.isPresent()) {
            // The plus keeps the index of words in front: the ids are gathered once and looked up for each row.
            conditions.add("+t.rowid IN (SELECT docid FROM personas_number WHERE id IN ("
                    + few.get().ids() + "))");
            values.addAll(few.get().values());
        }
        for (var filter : filters) {
            conditions.add(filter.check());
            values.addAll(filter.values());
        }
        String join = " CROSS JOIN " + collection.name() + " d ON d.id = n.id";
        for (boolean inName : List.of(true, false)) {
            parameters.add(match(search.terms(), inName));
            parameters.addAll(values);
        }
        parameters.add(search.skip() + limit);
        parameters.add(limit + 1);
        parameters.add(search.skip());
        // A table of one row in front, so that the condition is asked once and not for each row.
        String once = "log_head o CROSS JOIN ";
        String wanted = " AND o.id = 1 AND (SELECT count(*) FROM named) <= ?";
        return SEARCH.formatted(
                RANKED.formatted(0, NAME_SCORE, "personas_names", join, and(conditions), "", Search.MOST_RANKED),
                RANKED.formatted(
                        1,
                        SCORE,
                        "personas_text",
                        filters.isEmpty() ? "" : join,
                        and(conditions) + wanted,
                        once,
                        Search.MOST_RANKED),
                collection.name());
    }

    /// The terms in the language of FTS5, each in quotation marks, of which there are none in it.
    static String match(List<Search.Term> terms, boolean inName) {
        return terms.stream()
                .map(term -> "\"" + term.text() + "\"" + (term.isBeginning(inName) ? " *" : ""))
                .collect(Collectors.joining(" AND "));
    }

    private static String and(List<String> conditions) {
        return conditions.stream().map(condition -> " AND " + condition).collect(Collectors.joining());
    }

    /// The filter whose rows to begin with: that which leaves fewest, if there is one that pays.
    ///
    /// @param onlyFew whether only a filter that leaves few rows pays
    private Optional<Filter> begin(List<Filter> filters, boolean onlyFew) throws SQLException {
        var usable =
                filters.stream().filter(filter -> !filter.source().isEmpty()).toList();
        if (usable.size() == 1 && usable.getFirst().inOrder() && !onlyFew) {
            return Optional.of(usable.getFirst());
        }
        Filter fewest = null;
        int least = Integer.MAX_VALUE;
        for (var filter : usable) {
            int count = count(filter);
            if (count < least && (count < FEW || (filter.inOrder() && !onlyFew))) {
                fewest = filter;
                least = count;
            }
        }
        return Optional.ofNullable(fewest);
    }

    private int count(Filter filter) throws SQLException {
        String sql = "SELECT count(*) FROM (" + filter.ids() + " LIMIT " + FEW + ")";
        try (var row = prepared(sql, filter.values()).executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    private PreparedStatement prepared(String sql, List<? extends @Nullable Object> parameters) throws SQLException {
        var statement = statements.get(connection, sql);
        for (int i = 0; i < parameters.size(); i++) {
            statement.setObject(i + 1, parameters.get(i));
        }
        return statement;
    }
}
