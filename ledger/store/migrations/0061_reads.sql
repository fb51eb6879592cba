SET LOCAL ROLE ledger_owner;

-- Who saw personal values after giving a reason. Not events of the organization: each request folds those.
CREATE TABLE reads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization text NOT NULL,
    read_at timestamptz NOT NULL,
    actor text NOT NULL,     -- api-key/ID or person/ID
    what text NOT NULL,      -- the route or page, never what was searched for
    subject uuid,            -- the contact or identifier, where it was one
    reason text NOT NULL
);

CREATE INDEX reads_organization_idx ON reads (organization, id DESC);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reads
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON reads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE reads ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE reads ENABLE ALWAYS TRIGGER never_emptied;

GRANT SELECT, INSERT ON reads TO ledger_writer;
GRANT SELECT ON reads TO ledger_reader, ledger_auditor;
