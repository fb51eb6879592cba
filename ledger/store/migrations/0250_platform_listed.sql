SET LOCAL ROLE ledger_owner;

-- Whether the platform lists anybody: where it does not, as mostly, nobody's claims need be read for it.
CREATE INDEX stored_events_platform_listed_idx ON stored_events (notification_id)
    WHERE topic = 'platform.blacklisted.v1';
