SET LOCAL ROLE ledger_projector;

-- Channel, consent and place of a person's statuses, a text each, so that criteria find people by index, however
-- many there are; and how many people have each, so that no request counts them.
ALTER TABLE contact_search ADD COLUMN consents text[] NOT NULL DEFAULT '{}';
SELECT seen_by_readers('contact_search');

UPDATE contact_search s SET consents = kept.consents
FROM (
    SELECT c.id, array_agg(DISTINCT said.consent COLLATE "C" ORDER BY said.consent COLLATE "C") AS consents
    FROM all_contacts c
        JOIN channel_status o ON o.identifier_id = ANY (c.identifier_ids) AND o.consent <> 'never'
        CROSS JOIN LATERAL string_to_array(o.scope, '/') AS parts
        CROSS JOIN LATERAL generate_subscripts(parts, 1) AS depth
        CROSS JOIN LATERAL (
            SELECT concat(o.channel, ' ', o.consent, ' ', array_to_string(parts[:depth], '/')) AS consent
        ) AS said
    GROUP BY c.id
) AS kept
WHERE kept.id = s.id;

CREATE INDEX contact_search_consents_idx ON contact_search USING gin (consents);

-- People who are not deleted; rows of 0 are not kept.
CREATE TABLE consent_counters (
    organization text,
    consent text,
    people bigint NOT NULL,
    PRIMARY KEY (organization, consent)
) WITH (fillfactor = 50);

INSERT INTO consent_counters
SELECT organization, consent, count(*) FROM contact_search CROSS JOIN LATERAL unnest(consents) AS consent
WHERE counted_as[1] = 'all' GROUP BY organization, consent;

GRANT SELECT ON consent_counters TO ledger_reader, ledger_auditor;
SELECT within_organization('consent_counters');
