SET LOCAL ROLE ledger_owner;

-- Files with personal data that commands wrote: where, sealed under a key of its own until the file is known to be
-- gone. One row a place: written there again, it is another file. Nobody is named but by contact id.
CREATE TABLE exports (
    id uuid PRIMARY KEY,            -- keyed: organization, host and path
    organization text NOT NULL,
    kind text NOT NULL,             -- the command that wrote it
    written_at timestamptz NOT NULL,
    contact_ids uuid[],             -- whose it is; NULL: about many people
    digest bytea NOT NULL,          -- SHA-256 of the file as it was written
    wrapped bytea,
    place bytea,
    gone_at timestamptz,
    CHECK ((wrapped IS NULL) = (place IS NULL) AND (place IS NULL) = (gone_at IS NOT NULL))
);

CREATE INDEX exports_organization_idx ON exports (organization, written_at DESC) WHERE gone_at IS NULL;

-- What an erasure found before it was done: afterwards nobody knows any more what to look for in a file.
CREATE TABLE erasure_exports (
    act_id uuid,
    export_id uuid REFERENCES exports,
    digest bytea NOT NULL,
    found text NOT NULL,
    PRIMARY KEY (act_id, export_id)
);

GRANT SELECT, INSERT, UPDATE ON exports TO ledger_writer;
GRANT SELECT, INSERT, DELETE ON erasure_exports TO ledger_writer;
