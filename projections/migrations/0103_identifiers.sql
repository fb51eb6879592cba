SET LOCAL ROLE ledger_projector;

CREATE TABLE identifiers (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    kind text,                       -- NULL where nobody ever claimed it
    value text,                      -- NULL once it is erased
    valid boolean NOT NULL,
    contact_id uuid,                 -- who holds it now
    epoch integer NOT NULL,          -- grows when a number is recycled
    deliverability jsonb NOT NULL,   -- channel -> {status, since, soft_bounces}
    holds jsonb NOT NULL,            -- scope -> {hold, since, until}
    erased boolean NOT NULL,
    first_event_at timestamptz NOT NULL,
    last_event_at timestamptz NOT NULL,
    platform_key uuid,
    changes_at timestamptz
);

CREATE INDEX identifiers_contact_id_idx ON identifiers (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX identifiers_changes_at_idx ON identifiers (changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX identifiers_platform_key_idx ON identifiers (platform_key) WHERE platform_key IS NOT NULL;

GRANT SELECT ON identifiers TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('identifiers', 0);
