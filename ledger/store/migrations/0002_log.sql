SET LOCAL ROLE ledger_owner;

-- The library's columns first, under its names; then ours. Plain inserts of the library leave ours empty.
CREATE TABLE stored_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text,
    state bytea,
    notification_id bigserial,
    organization text,
    event_id uuid,
    act_id uuid,
    digest bytea,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.01);

CREATE UNIQUE INDEX stored_events_notification_id_idx ON stored_events (notification_id);
CREATE UNIQUE INDEX stored_events_event_id_idx ON stored_events (event_id);
CREATE INDEX stored_events_act_id_idx ON stored_events (act_id);

-- One writer at a time, so that positions become visible in their order and a follower misses nothing.
CREATE FUNCTION take_writer_lock() RETURNS void LANGUAGE sql
    AS $$ SELECT pg_advisory_xact_lock(hashtextextended('contact-ledger writer', 0)) $$;

CREATE FUNCTION lock_before_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM take_writer_lock();
    RETURN NULL;
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER one_writer BEFORE INSERT ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION lock_before_insert();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stored_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER one_writer;
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER never_emptied;

-- How far each follower has come, as the library keeps it: one row a follower.
CREATE TABLE notification_tracking (
    application_name text PRIMARY KEY,
    notification_id bigint
);

GRANT SELECT, INSERT ON stored_events TO ledger_writer;
GRANT USAGE ON SEQUENCE stored_events_notification_id_seq TO ledger_writer;
GRANT SELECT ON stored_events TO ledger_projector, ledger_reader, ledger_auditor;
GRANT SELECT, INSERT, UPDATE ON notification_tracking TO ledger_writer, ledger_projector;
GRANT SELECT ON notification_tracking TO ledger_reader, ledger_auditor;
