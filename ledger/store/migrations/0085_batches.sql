SET LOCAL ROLE ledger_owner;

-- What is to be done to many people, on a list that was frozen when it was asked for. Not events: most are only
-- looked at, and one that nobody approves is emptied. Once approved, the approval and each act are events.
CREATE TABLE batches (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    action text NOT NULL,
    channel text NOT NULL,
    scope text NOT NULL,
    address text NOT NULL,           -- the console's list it was asked from; what was searched for is sealed in it
    words text NOT NULL,             -- why, and which people in words; sealed
    digest text NOT NULL DEFAULT '', -- SHA-256 over the list's ids in order
    people integer NOT NULL DEFAULT 0,
    changes integer,                 -- of them would change, once all were looked at
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    looked_at timestamptz,
    approved_by text,
    approved_at timestamptz,
    approval text,                   -- why it was approved; sealed
    finished_at timestamptz          -- done; or, where it was never approved, withdrawn or expired
);

CREATE INDEX batches_organization_idx ON batches (organization, asked_at DESC, id DESC);
CREATE INDEX batches_unfinished_idx ON batches (asked_at) WHERE finished_at IS NULL;

CREATE TABLE batch_people (
    batch uuid,
    contact uuid,
    state text,  -- not looked at yet: null; change, already, refused; and of those to change: done, failed
    why text,
    PRIMARY KEY (batch, contact)
);

CREATE INDEX batch_people_state_idx ON batch_people (batch, state, contact);

-- How many of a batch are in each state, kept in the statement that moves them.
CREATE TABLE batch_counts (
    batch uuid,
    state text,
    why text,
    people integer NOT NULL,
    PRIMARY KEY (batch, state, why)
) WITH (fillfactor = 60);

GRANT SELECT, INSERT, UPDATE, DELETE ON batches, batch_people, batch_counts TO ledger_writer;
GRANT SELECT ON batches, batch_people, batch_counts TO ledger_reader;

SELECT within_organization('batches');
ALTER TABLE batch_people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON batch_people FOR SELECT TO ledger_reader
    USING ((SELECT true FROM batches WHERE id = batch LIMIT 1));
ALTER TABLE batch_counts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON batch_counts FOR SELECT TO ledger_reader
    USING ((SELECT true FROM batches WHERE id = batch LIMIT 1));
