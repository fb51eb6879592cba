SET LOCAL ROLE ledger_projector;

-- What the profile says and how the person came to be known, a text each, so that criteria find few people by index.
ALTER TABLE contact_search ADD COLUMN facts text[] NOT NULL DEFAULT '{}';
SELECT seen_by_readers('contact_search');
CREATE INDEX contact_search_facts_idx ON contact_search USING gin (facts);

-- All contacts ranked by creation, from either end; who bought since when.
CREATE INDEX all_contacts_created_at_idx ON all_contacts (organization, created_at DESC, id DESC) WHERE NOT deleted;
CREATE INDEX all_contacts_purchased_at_idx ON all_contacts (organization, purchased_at)
    WHERE purchased_at IS NOT NULL;
