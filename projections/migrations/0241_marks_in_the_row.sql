SET LOCAL ROLE ledger_projector;

-- What the list is narrowed by while it is walked, in its own rows, so that none is looked up beside them. Found by
-- index they are in contact_search, which not every event touches.
ALTER TABLE all_contacts
    ADD COLUMN marks text[] NOT NULL DEFAULT '{}',
    ADD COLUMN consents text[] NOT NULL DEFAULT '{}';
UPDATE all_contacts c SET marks = s.marks, consents = s.consents FROM contact_search s WHERE s.id = c.id;
