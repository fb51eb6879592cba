SET LOCAL ROLE ledger_projector;

-- Addresses that are or were listed for every organization of the platform.
CREATE TABLE platform_listings (
    platform_key uuid PRIMARY KEY,
    listed boolean NOT NULL,
    since timestamptz,               -- NULL where it is not listed
    event_id uuid,
    changed_at timestamptz NOT NULL,
    actor text
);

CREATE INDEX platform_listings_newest_idx ON platform_listings (since DESC, platform_key DESC) WHERE listed;

GRANT SELECT ON platform_listings TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('platform_listings', 0);
