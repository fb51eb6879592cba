SET LOCAL ROLE ledger_projector;

-- The latest moment since when a consent of theirs is as it is, or at which they subscribed: who has none in a span of
-- time is passed by without a look at their statuses.
ALTER TABLE all_contacts ADD COLUMN consented_at timestamptz;
UPDATE all_contacts c SET consented_at = said.at
FROM (
    SELECT held.id, max(greatest(o.consent_since, o.latest_subscribed_at)) AS at
    FROM (SELECT id, unnest(identifier_ids) AS identifier_id FROM all_contacts) AS held
        JOIN channel_status o USING (identifier_id)
    GROUP BY held.id
) AS said
WHERE said.id = c.id AND said.at IS NOT NULL;
