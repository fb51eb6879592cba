SET LOCAL ROLE ledger_projector;

-- One row an opt-in: that somebody subscribed, or confirmed what was asked for; what it led to the statuses say.
CREATE TABLE opt_ins (
    position bigint,
    channel text,
    scope text,
    organization text NOT NULL,
    method text NOT NULL,
    occurred_at timestamptz,
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (position, channel, scope)
);

-- How many there are of a day (UTC) on which it happened.
CREATE TABLE opt_ins_by_day (
    organization text,
    day date,
    method text,
    channel text,
    scope text,
    number bigint NOT NULL,
    PRIMARY KEY (organization, day, method, channel, scope)
) WITH (fillfactor = 80);

CREATE TABLE opt_outs_by_day (LIKE opt_ins_by_day INCLUDING ALL) WITH (fillfactor = 80);

INSERT INTO opt_outs_by_day
SELECT organization, (least(occurred_at, received_at, recorded_at) AT TIME ZONE 'UTC')::date, method, channel, scope,
       count(*)
FROM opt_outs GROUP BY 1, 2, 3, 4, 5;

GRANT SELECT ON opt_ins, opt_ins_by_day, opt_outs_by_day TO ledger_reader, ledger_auditor;
SELECT within_organization('opt_ins'), within_organization('opt_ins_by_day'), within_organization('opt_outs_by_day');
INSERT INTO watermarks (projection, position) VALUES ('opt_ins', 0);
