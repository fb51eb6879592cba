SET LOCAL ROLE ledger_projector;

-- The tabs of a sender: who is banned counts as opted out, since the ban.
CREATE INDEX sms_status_sender_idx ON sms_status (
    organization,
    (split_part(scope, '/', 2) || '/' || split_part(scope, '/', 3)),
    (CASE WHEN hold = 'banned' THEN 'unsubscribed' ELSE consent END),
    (CASE WHEN hold = 'banned' THEN hold_since ELSE consent_since END) DESC,
    identifier_id DESC, scope DESC, purpose DESC
);
CREATE INDEX replies_identifier_idx ON replies (identifier_id, received_at DESC);
