SET LOCAL ROLE ledger_projector;

-- Not of any projection: when each one's tables had taken in an erasure, by the position of the step that did it.
CREATE TABLE cleared (
    projection text,
    position bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (projection, position)
);

GRANT SELECT ON cleared TO ledger_reader, ledger_auditor;
