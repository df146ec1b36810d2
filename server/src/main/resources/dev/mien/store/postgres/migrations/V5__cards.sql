-- What to know a character card by that was imported before: the hash of the file's content, which the document has in its
-- member "card". Several personas may have the same one. Nothing of another length is a hash, and an index cannot hold a
-- long text.
--
-- A column and not an index on an expression, which would be of the document: every edit would then be one of the index too.
ALTER TABLE personas ADD COLUMN card_hash text COLLATE "C"
    GENERATED ALWAYS AS (
    CASE WHEN length(document #>> '{card,hash}') = 64 THEN document #>> '{card,hash}' END) STORED;
CREATE INDEX personas_card ON personas (card_hash, id) WHERE card_hash IS NOT NULL;
