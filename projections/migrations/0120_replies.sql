SET LOCAL ROLE ledger_projector;

-- One row an inbound text: how it is read now and what is to be done about it; the text itself is in the log only.
CREATE TABLE replies (
    event_id uuid PRIMARY KEY,
    organization text NOT NULL,
    identifier_id uuid NOT NULL,
    sender text NOT NULL,
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    reply_class text NOT NULL,
    confidence text NOT NULL,
    matched text,
    keywords text NOT NULL,
    read_by uuid NOT NULL,
    read_at timestamptz NOT NULL,
    state text NOT NULL
);

-- Those of a state, the longest waiting first.
CREATE INDEX replies_state_idx ON replies (organization, state, received_at, event_id);

GRANT SELECT ON replies TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('replies', 0);
