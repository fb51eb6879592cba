SET LOCAL ROLE ledger_owner;

-- The few events by which organizations adopt policies: every judgement of many streams begins with them.
CREATE INDEX stored_events_adoptions_idx ON stored_events (notification_id)
    WHERE topic = 'organization.policy-adopted.v1';
