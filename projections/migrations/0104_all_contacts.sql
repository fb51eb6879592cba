SET LOCAL ROLE ledger_projector;

-- One row a person; `id` is that of its oldest identified contact. Erased people have none.
CREATE TABLE all_contacts (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    contact_ids uuid[] NOT NULL,     -- oldest first
    identifier_ids uuid[] NOT NULL,
    name text,
    first_name text,
    last_name text,
    emails text[] NOT NULL,
    phones text[] NOT NULL,
    external_ids text[] NOT NULL,
    type text NOT NULL,              -- subscriber, unsubscriber, purchaser, anonymous
    purchased_at timestamptz,        -- the latest order
    subscriptions jsonb NOT NULL,    -- merchant -> channel -> consent
    profile jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_method text NOT NULL,
    created_source text NOT NULL,
    last_updated timestamptz NOT NULL,
    deleted boolean NOT NULL,
    deleted_at timestamptz,
    changes_at timestamptz
) WITH (fillfactor = 80);

CREATE INDEX all_contacts_list_idx ON all_contacts (organization, deleted, last_updated DESC, id DESC);
CREATE INDEX all_contacts_type_idx ON all_contacts (organization, deleted, type, last_updated DESC, id DESC);
CREATE INDEX all_contacts_changes_at_idx ON all_contacts (changes_at) WHERE changes_at IS NOT NULL;

-- What a person is found by, apart from the row that every event touches.
CREATE TABLE contact_search (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    marks text[] NOT NULL,           -- email, email.active, phone.blacklisted, banned ...
    counted_as text[] NOT NULL,      -- all, the type and the marks; or deleted
    text text NOT NULL,
    platform_keys uuid[] NOT NULL
);

ALTER TABLE contact_search ALTER COLUMN text SET STATISTICS 1000;
CREATE INDEX contact_search_text_idx ON contact_search USING gin (text gin_trgm_ops);
CREATE INDEX contact_search_marks_idx ON contact_search USING gin (marks);
CREATE INDEX contact_search_platform_keys_idx ON contact_search USING gin (platform_keys)
    WHERE platform_keys <> '{}';

-- Every contact id that ever was, and the person it belongs to now.
CREATE TABLE contact_aliases (
    contact_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    organization text NOT NULL
);

-- People by what they are counted as; rows of 0 are not kept.
CREATE TABLE contact_counters (
    organization text,
    counted_as text,
    people bigint NOT NULL,
    PRIMARY KEY (organization, counted_as)
) WITH (fillfactor = 50);

GRANT SELECT ON all_contacts, contact_search, contact_aliases, contact_counters TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('all_contacts', 0);
