SET LOCAL ROLE ledger_projector;

-- Pairs of contacts that somebody said are two people, by the cause for which they were listed.
CREATE TABLE dismissed_candidates (
    low_id uuid,
    high_id uuid,
    cause text,
    organization text NOT NULL,
    event_id uuid NOT NULL,
    dismissed_at timestamptz NOT NULL,
    PRIMARY KEY (low_id, high_id, cause)
);

GRANT SELECT ON dismissed_candidates TO ledger_reader, ledger_auditor;
