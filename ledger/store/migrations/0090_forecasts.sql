SET LOCAL ROLE ledger_owner;

-- What adopting something would change, worked out by a process of its own. Ids, codes and words of settings only.
CREATE TABLE forecasts (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    kind text NOT NULL,
    question jsonb NOT NULL,
    asked_by text NOT NULL,          -- person/ID
    asked_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed')),
    part real NOT NULL DEFAULT 0,    -- how much is done, from 0 to 1
    told_at timestamptz NOT NULL,    -- when its process last said that it goes on
    result jsonb,
    looked_at timestamptz,           -- when somebody first saw the result
    adopted_by text,                 -- person/ID; the reason is in the event, whose correlation id is this row's
    adopted_at timestamptz
);

CREATE INDEX forecasts_newest_idx ON forecasts (organization, kind, asked_at DESC, id DESC);
CREATE INDEX forecasts_running_idx ON forecasts (told_at) WHERE state = 'running';
CREATE INDEX forecasts_asked_at_idx ON forecasts (asked_at) WHERE adopted_at IS NULL;

-- The first changes it found, in the order in which they were found.
CREATE TABLE forecast_changes (
    forecast_id uuid REFERENCES forecasts ON DELETE CASCADE,
    number integer,
    change jsonb NOT NULL,
    PRIMARY KEY (forecast_id, number)
);

SELECT within_organization('forecasts');
ALTER TABLE forecast_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON forecast_changes FOR SELECT TO ledger_reader, ledger_auditor
    USING ((SELECT true FROM forecasts WHERE id = forecast_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON forecasts, forecast_changes TO ledger_writer;
GRANT SELECT ON forecasts, forecast_changes TO ledger_reader, ledger_auditor;
