SET LOCAL ROLE ledger_projector;

-- What the list is searched by while it is walked, in its own rows; found by index it is in contact_search.
ALTER TABLE all_contacts ADD COLUMN text text NOT NULL DEFAULT '';
UPDATE all_contacts c SET text = s.text FROM contact_search s WHERE s.id = c.id;

-- What the list is in the order of, where people are found by index: of those found only a page is looked up. No
-- index is on these columns, so that most events leave those that are alone; while rows are filled in they are gone.
ALTER TABLE contact_search SET (fillfactor = 80);
ALTER TABLE contact_search
    ADD COLUMN last_updated timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN deleted_at timestamptz;
DROP INDEX contact_search_text_idx, contact_search_marks_idx, contact_search_facts_idx, contact_search_consents_idx,
    contact_search_platform_keys_idx;
UPDATE contact_search s
SET last_updated = c.last_updated, created_at = c.created_at, deleted_at = c.deleted_at
FROM all_contacts c WHERE c.id = s.id;
CREATE INDEX contact_search_text_idx ON contact_search USING gin (text gin_trgm_ops);
CREATE INDEX contact_search_marks_idx ON contact_search USING gin (marks);
CREATE INDEX contact_search_facts_idx ON contact_search USING gin (facts);
CREATE INDEX contact_search_consents_idx ON contact_search USING gin (consents);
CREATE INDEX contact_search_platform_keys_idx ON contact_search USING gin (platform_keys)
    WHERE platform_keys <> '{}';
SELECT seen_by_readers('contact_search');
