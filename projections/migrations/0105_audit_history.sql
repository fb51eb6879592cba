SET LOCAL ROLE ledger_projector;

-- One row an event, in a plain sentence without personal data.
CREATE TABLE audit_history (
    position bigint PRIMARY KEY,
    event_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    organization text NOT NULL,
    name text NOT NULL,
    sentence text NOT NULL,
    effective_at timestamptz NOT NULL,
    occurred_at timestamptz,
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    source text NOT NULL,
    actor text,
    origin text,
    method text,
    channel text,
    scope text,
    purposes text[] NOT NULL,
    flags text[] NOT NULL
);

CREATE INDEX audit_history_stream_idx ON audit_history (stream_id, effective_at DESC, position DESC);
CREATE INDEX audit_history_conflicts_idx ON audit_history (organization, position DESC) WHERE 'conflict' = ANY (flags);

GRANT SELECT ON audit_history TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('audit_history', 0);
