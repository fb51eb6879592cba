SET LOCAL ROLE ledger_projector;

-- One row an opt-out: what the compliance clock runs for.
CREATE TABLE opt_outs (
    position bigint PRIMARY KEY,
    event_id uuid NOT NULL,
    identifier_id uuid NOT NULL,
    organization text NOT NULL,
    name text NOT NULL,
    method text NOT NULL,
    channel text NOT NULL,
    scope text NOT NULL,
    occurred_at timestamptz,
    received_at timestamptz NOT NULL,    -- of a reply that was read as a stop later: when the reply came
    recorded_at timestamptz NOT NULL
);

CREATE INDEX opt_outs_newest_idx ON opt_outs (organization, received_at DESC, position DESC);
CREATE INDEX opt_outs_position_idx ON opt_outs (organization, position);
CREATE INDEX opt_outs_late_idx ON opt_outs (organization, received_at, position)
    WHERE recorded_at - received_at > interval '5 days';

-- Not of any projection: when what the log says up to a position was in the tables (stage enforced), and when its
-- statuses had been taken by Kafka (published). The first mark at or after an event's position tells. `at` NULL: no
-- clock ran yet. `oldest`: when the first event the mark is for was recorded.
CREATE TABLE marks (
    stage text CHECK (stage IN ('enforced', 'published')),
    position bigint,
    at timestamptz,
    oldest timestamptz,
    PRIMARY KEY (stage, position)
);

CREATE INDEX marks_slow_idx ON marks (stage, position) WHERE at - oldest > interval '5 days';

INSERT INTO marks (stage, position)
SELECT stage, position FROM watermarks, unnest(ARRAY['enforced', 'published']) AS stage
WHERE projection = 'channel_status' AND position > 0;

GRANT SELECT ON opt_outs, marks TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('opt_outs', 0);
