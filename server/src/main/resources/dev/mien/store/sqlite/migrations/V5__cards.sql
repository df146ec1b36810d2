-- What to know a character card by that was imported before: the hash of the file's content, which the document has in its member
-- "card". Several personas may have the same one. Nothing of another length is a hash.
ALTER TABLE personas ADD COLUMN card_hash TEXT GENERATED ALWAYS AS (
    CASE WHEN length(document ->> '$.card.hash') = 64 THEN document ->> '$.card.hash' END) VIRTUAL;
CREATE INDEX personas_card ON personas (card_hash, id) WHERE card_hash IS NOT NULL;
