SET LOCAL ROLE ledger_projector;

-- A row for each person and each value it has: `alike` is the same for values that are likely one.
CREATE TABLE contact_values (
    organization text,
    channel text,                    -- email or phone
    alike text,
    person_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization, channel, alike, person_id)
);
CREATE INDEX contact_values_person_id_idx ON contact_values (person_id);

-- Every contact that ever was, so that what it had under an earlier id of its person is found.
CREATE TABLE value_holders (
    contact_id uuid PRIMARY KEY,
    person_id uuid NOT NULL
);

-- How many people have it; rows of 0 are not kept.
CREATE TABLE value_counters (
    organization text,
    channel text,
    alike text,
    people bigint NOT NULL,
    PRIMARY KEY (organization, channel, alike)
) WITH (fillfactor = 80);
CREATE INDEX value_counters_shared_idx ON value_counters (organization, channel, alike, people) WHERE people > 1;

GRANT SELECT ON contact_values, value_holders, value_counters TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('duplicates', 0);
