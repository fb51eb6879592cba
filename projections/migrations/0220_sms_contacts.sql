SET LOCAL ROLE ledger_projector;

-- One row for each phone and each place at a sender that its events name: on which tab of the sender it is, if any.
CREATE TABLE sms_contacts (
    identifier_id uuid,
    scope text,                      -- the list, or the sender itself
    organization text NOT NULL,
    sender text NOT NULL,
    tab text,                        -- contacts, opted-out, other; null: on none
    phone text COLLATE "C" NOT NULL,             -- '' once erased
    email text COLLATE "C" NOT NULL,             -- the holder's first; '' where there is none
    moment timestamptz,              -- subscribed, opted out or declined
    reason text NOT NULL,            -- the method, or ban
    message_at timestamptz,          -- the latest text to the sender
    changes_at timestamptz,
    PRIMARY KEY (identifier_id, scope)
) WITH (fillfactor = 80);

ALTER TABLE sms_contacts ALTER COLUMN phone SET STATISTICS 1000;
-- Each tab in each of its orders; the phone decides among equals.
CREATE INDEX sms_contacts_moment_idx ON sms_contacts (sender, tab, moment, identifier_id, scope)
    WHERE tab IS NOT NULL;
CREATE INDEX sms_contacts_phone_idx ON sms_contacts (sender, tab, phone, identifier_id, scope) WHERE tab IS NOT NULL;
CREATE INDEX sms_contacts_email_idx ON sms_contacts (sender, tab, email, identifier_id, scope) WHERE tab IS NOT NULL;
CREATE INDEX sms_contacts_list_idx ON sms_contacts (sender, tab, scope, identifier_id) WHERE tab = 'contacts';
CREATE INDEX sms_contacts_reason_idx ON sms_contacts (sender, tab, reason, identifier_id, scope)
    WHERE tab = 'opted-out';
CREATE INDEX sms_contacts_message_idx ON sms_contacts (sender, tab, message_at, identifier_id, scope)
    WHERE tab = 'other';
-- Of one list, or for one reason, in the usual order.
CREATE INDEX sms_contacts_of_list_idx ON sms_contacts (scope, tab, moment, identifier_id) WHERE tab = 'contacts';
CREATE INDEX sms_contacts_of_reason_idx ON sms_contacts (sender, tab, reason, moment, identifier_id, scope)
    WHERE tab = 'opted-out';
CREATE INDEX sms_contacts_search_idx ON sms_contacts USING gin (phone gin_trgm_ops) WHERE tab IS NOT NULL;
CREATE INDEX sms_contacts_changes_at_idx ON sms_contacts (changes_at) WHERE changes_at IS NOT NULL;

GRANT SELECT ON sms_contacts TO ledger_reader, ledger_auditor;
SELECT within_organization('sms_contacts'), seen_by_readers('sms_contacts');
INSERT INTO watermarks (projection, position) VALUES ('sms_contacts', 0);

-- The tabs are read from this table now.
DROP INDEX IF EXISTS sms_status_sender_idx;
