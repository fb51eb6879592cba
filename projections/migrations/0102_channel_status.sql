SET LOCAL ROLE ledger_projector;

-- One row for each (channel, scope, purpose) that an identifier's events name; '*' where they name none.
CREATE TABLE channel_status (
    channel text,
    identifier_id uuid,
    scope text,
    purpose text,
    organization text NOT NULL,
    consent text NOT NULL,
    consent_event uuid,
    consent_since timestamptz,
    consent_method text,
    first_subscribed_at timestamptz,
    latest_subscribed_at timestamptz,
    deliverability text NOT NULL,
    deliverability_event uuid,
    deliverability_since timestamptz,
    soft_bounces integer NOT NULL,
    hold text NOT NULL,
    hold_event uuid,
    hold_since timestamptz,
    hold_until timestamptz,
    erased boolean NOT NULL,
    erased_event uuid,
    sendable boolean NOT NULL,
    reasons text[] NOT NULL,
    deciding_event uuid,
    changes_at timestamptz,
    policy text NOT NULL,
    platform_key uuid,
    PRIMARY KEY (channel, identifier_id, scope, purpose)
) PARTITION BY LIST (channel);

CREATE TABLE email_status PARTITION OF channel_status FOR VALUES IN ('email');
CREATE TABLE sms_status PARTITION OF channel_status FOR VALUES IN ('sms');
CREATE TABLE mms_status PARTITION OF channel_status FOR VALUES IN ('mms');
CREATE TABLE whatsapp_status PARTITION OF channel_status FOR VALUES IN ('whatsapp');
CREATE TABLE viber_status PARTITION OF channel_status FOR VALUES IN ('viber');
CREATE TABLE voice_status PARTITION OF channel_status FOR VALUES IN ('voice');
CREATE TABLE web_push_status PARTITION OF channel_status FOR VALUES IN ('web_push');
CREATE TABLE app_push_status PARTITION OF channel_status FOR VALUES IN ('app_push');
CREATE TABLE telegram_status PARTITION OF channel_status FOR VALUES IN ('telegram');
CREATE TABLE all_channels_status PARTITION OF channel_status FOR VALUES IN ('*');

-- Who is listed under a list, newest first.
CREATE INDEX channel_status_members_idx
    ON channel_status (organization, scope, consent, consent_since DESC, identifier_id DESC, purpose DESC);
CREATE INDEX channel_status_changes_at_idx ON channel_status (changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX channel_status_platform_key_idx ON channel_status (platform_key) WHERE platform_key IS NOT NULL;

-- Rows of channel_status by what they say; those of 0 are not kept.
CREATE TABLE status_counters (
    organization text,
    channel text,
    scope text,
    purpose text,
    consent text,
    listed bigint NOT NULL,
    PRIMARY KEY (organization, channel, scope, purpose, consent)
) WITH (fillfactor = 50);

GRANT SELECT ON channel_status, email_status, sms_status, mms_status, whatsapp_status, viber_status, voice_status,
    web_push_status, app_push_status, telegram_status, all_channels_status, status_counters
    TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('channel_status', 0);
