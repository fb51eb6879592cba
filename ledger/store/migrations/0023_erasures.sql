SET LOCAL ROLE ledger_owner;

-- Every erasure there was: they are listed, and done again after a backup of the keys was put back.
CREATE INDEX stored_events_erasures_idx ON stored_events (organization, notification_id)
    WHERE topic IN ('identifier.erased.v1', 'contact.erased.v1');

-- Erasing takes the newest delivery to an address too.
GRANT DELETE ON deliveries TO ledger_writer;
