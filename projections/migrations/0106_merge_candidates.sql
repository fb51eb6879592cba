SET LOCAL ROLE ledger_projector;

-- Pairs of contacts that may be one person, by cause; whether they have become one contact_aliases says.
CREATE TABLE merge_candidates (
    low_id uuid,
    high_id uuid,
    cause text,
    organization text NOT NULL,
    event_id uuid NOT NULL,
    listed_at timestamptz NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (low_id, high_id, cause)
);

CREATE INDEX merge_candidates_newest_idx ON merge_candidates (organization, position DESC);

GRANT SELECT ON merge_candidates TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('merge_candidates', 0);
