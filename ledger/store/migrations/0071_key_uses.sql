SET LOCAL ROLE ledger_owner;

-- When each API key was used last. Not an event: each request folds those.
CREATE TABLE key_uses (
    key_id uuid PRIMARY KEY,
    organization text NOT NULL,
    used_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX key_uses_organization_idx ON key_uses (organization);

SELECT within_organization('key_uses');

GRANT SELECT, INSERT, UPDATE ON key_uses TO ledger_writer;
GRANT SELECT ON key_uses TO ledger_reader, ledger_auditor;
