SET LOCAL ROLE ledger_projector;

-- Not of any projection: the processes of the service, each a row from its start on, and when it last said so.
CREATE TABLE processes (
    id uuid PRIMARY KEY,
    process text NOT NULL,           -- consume, project, publish, serve, unsubscribe-service
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,            -- it ended by itself or was told to; NULL and long not seen: it was killed
    trouble text                     -- what it could not do, in words that say what to mend
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, UPDATE, DELETE ON processes TO ledger_writer;
GRANT SELECT ON processes TO ledger_reader, ledger_auditor;
