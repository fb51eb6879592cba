SET LOCAL ROLE ledger_owner;

-- What can be taken back in bulk, and what was, by when it was recorded.
CREATE INDEX stored_events_reversible_idx ON stored_events (organization, recorded_at, notification_id)
    WHERE topic IN ('identifier.opted-out.v1', 'identifier.reply-received.v1', 'identifier.complained.v1',
                    'identifier.banned.v1', 'identifier.event-reversed.v1');
