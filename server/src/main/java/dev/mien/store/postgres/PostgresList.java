package dev.mien.store.postgres;

import dev.mien.store.Collection;
import dev.mien.store.Query;
import dev.mien.store.Search;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The statement of one list or search, and its parameters.
final class PostgresList {
    /// Whether so few changes were made since a time that to begin with them pays.
    static final String FEW_CHANGES = """
            SELECT count(*) < 5000
              FROM (SELECT 1 FROM changes WHERE at COLLATE "C" >= ? AND collection = ? LIMIT 5000) c
            """;

    /// `bytes` counts what stands before a row in its page, `found` the rows of the page and one more.
    private static final String LIST = """
            SELECT h.incarnation, h.seq, %1$s AS objection, d.*
              FROM log_head h LEFT JOIN (
                       SELECT *, count(*) OVER () AS found,
                              sum(octet_length(document)) OVER (ORDER BY %3$s) - octet_length(document) AS bytes
                         FROM (%2$s) page) d ON d.bytes < ?
             WHERE h.id = 1
             ORDER BY d.%3$s LIMIT ?
            """;

    private static final String PAGE = """
            SELECT %s FROM %s d WHERE true%s ORDER BY d.id DESC LIMIT ?
            """;

    private static final String RANKED = """
            (SELECT id, %1$d AS tier, ts_rank(%2$s, query, %3$d) AS score
               FROM (SELECT d.id, d.%2$s, search_query(?, ?) AS query FROM %4$s d
                      WHERE d.%2$s @@ search_query(?, ?)%5$s
                      ORDER BY d.id DESC LIMIT %6$d) newest)
            """;

    /// A document that both parts find keeps the better place.
    private static final String SEARCH = """
            WITH named AS MATERIALIZED %2$s
            SELECT %1$s, f.place
              FROM (SELECT id, row_number() OVER (ORDER BY tier, score DESC, id DESC) AS place
                      FROM (SELECT DISTINCT ON (id) id, tier, score
                              FROM (SELECT * FROM named UNION ALL %3$s) parts ORDER BY id, tier) ranked
                     ORDER BY place LIMIT ? OFFSET ?) f
              JOIN %4$s d ON d.id = f.id
            """;

    /// Where names alone fill the page, the rest is not asked for. The database asks this once and not for each row.
    private static final String WANTED = " AND (SELECT count(*) FROM named) <= ?";

    /// To divide by the length of the text, and by its logarithm
    /// (https://www.postgresql.org/docs/current/textsearch-controls.html).
    private static final int BY_LENGTH = 2;

    private static final int BY_LOGARITHM = 1;

    private final Collection collection;
    private final Query query;
    private final boolean fewChanges;
    private final StringBuilder conditions = new StringBuilder();
    private final List<@Nullable Object> values = new ArrayList<>();
    private final List<@Nullable Object> parameters = new ArrayList<>();

    /// @param fewChanges what [#FEW_CHANGES] answered, where the query has a time
    PostgresList(Collection collection, Query query, boolean fewChanges) {
        this.collection = collection;
        this.query = query;
        this.fewChanges = fewChanges;
        filter();
        var search = query.search();
        if (search == null) {
            parameters.addAll(values);
            parameters.add(query.limit() + 1);
        } else {
            String phrases = search.terms().stream().map(Search.Term::text).collect(Collectors.joining("\n"));
            for (boolean inName : List.of(true, false)) {
                boolean beginning = search.terms().getLast().isBeginning(inName);
                parameters.addAll(List.of(phrases, beginning, phrases, beginning));
                parameters.addAll(values);
            }
            parameters.add(search.skip() + query.limit());
            parameters.add(query.limit() + 1);
            parameters.add(search.skip());
        }
        parameters.add(Query.MAXIMUM_PAGE_BYTES);
        parameters.add(query.limit());
    }

    private void filter() {
        if (query.tag() != null) {
            require("d.tags ?? ?", PostgresReader.storable(query.tag())); // One question mark, spelt as JDBC wants it.
        }
        if (query.active() != null) {
            conditions.append(query.active() ? " AND d.is_active" : " AND NOT d.is_active");
        }
        if (query.owner() != null) {
            require("d.owner_id = ?", PostgresReader.storable(query.owner()));
        }
        if (query.card() != null) {
            require("d.card_hash = ?", PostgresReader.storable(query.card()));
        }
        if (query.label() != null) {
            require(
                    "d.id IN (SELECT owner_id FROM labels WHERE (document ->> 'label') COLLATE \"C\" = ?"
                            + " AND target IS NOT NULL)",
                    PostgresReader.storable(query.label()));
        }
        if (query.updatedSince() != null) {
            require("d.updated_at COLLATE \"C\" >= ?", query.updatedSince());
            if (fewChanges) {
                // Where the log has been trimmed, it does not tell of everything.
                require(
                        "d.id IN (SELECT id FROM changes WHERE at COLLATE \"C\" >= ? AND collection = '"
                                + collection.name() + "' UNION ALL SELECT id FROM " + collection.name()
                                + " WHERE (SELECT floor FROM log_head WHERE id = 1) > 0)",
                        query.updatedSince());
            }
        }
        if (query.beforeId() != null) {
            require("d.id < ?", PostgresReader.storable(query.beforeId()));
        }
    }

    private void require(String condition, @Nullable Object value) {
        conditions.append(" AND ").append(condition);
        values.add(value);
    }

    /// @param objection see [PostgresReader.Server#objection()]
    /// @param columns of the document's row `d`
    String sql(String objection, String columns) {
        String table = collection.name();
        if (query.search() == null) {
            return LIST.formatted(objection, PAGE.formatted(columns, table, conditions), "id DESC");
        }
        String byName = RANKED.formatted(0, "name_words", BY_LENGTH, table, conditions, Search.MOST_RANKED);
        String byAll = RANKED.formatted(1, "words", BY_LOGARITHM, table, conditions + WANTED, Search.MOST_RANKED);
        return LIST.formatted(objection, SEARCH.formatted(columns, byName, byAll, table), "place");
    }

    List<@Nullable Object> parameters() {
        return parameters;
    }
}
