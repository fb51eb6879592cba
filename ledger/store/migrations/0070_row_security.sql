-- By the migrating login, like the roles before: who answers for several organizations at once, on purpose.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ledger_overseer') THEN
        CREATE ROLE ledger_overseer NOLOGIN NOINHERIT BYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of this server made it meanwhile
END
$$;
DO $$
BEGIN
    IF NOT pg_has_role('ledger_overseer', 'ledger_reader', 'USAGE') THEN
        GRANT ledger_reader TO ledger_overseer WITH INHERIT TRUE;  -- reads what readers read, of everybody
    END IF;
EXCEPTION WHEN unique_violation THEN
    NULL;
END
$$;
GRANT USAGE ON SCHEMA public TO ledger_overseer;

SET LOCAL ROLE ledger_owner;

-- The organization a connection works for; NULL or '' where it works for none, and then sees no row.
CREATE FUNCTION asked_organization() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('ledger.organization', true) $$;

-- Readers and auditors see, of this table (and its partitions), the rows of the organization they work for. Written as
-- CASE … IS NOT NULL the condition changes no plan: to the planner it keeps all rows, and it joins no equivalence class,
-- through which it would bar conditions that are not leakproof from the indexes of other tables too.
CREATE FUNCTION within_organization(held regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT held UNION SELECT relid FROM pg_partition_tree(held) LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format(
            'CREATE POLICY own_rows ON %s FOR SELECT TO ledger_reader, ledger_auditor
                 USING (CASE WHEN organization = (SELECT asked_organization()) THEN true END IS NOT NULL)', part);
    END LOOP;
END
$$;

-- Under a policy no condition that might leak is looked up in an index. Readers find this view before the table: it
-- holds the organization itself. Tables of a rebuild get none, those it is swapped for have it.
CREATE FUNCTION seen_by_readers(held regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    named text;
BEGIN
    SELECT relname INTO named FROM pg_class WHERE oid = held AND relnamespace = 'public'::regnamespace;
    IF named IS NOT NULL THEN
        EXECUTE format(
            'CREATE OR REPLACE VIEW readers.%I AS SELECT * FROM %s
                 WHERE CASE WHEN organization = (SELECT asked_organization()) THEN true END IS NOT NULL',
            named, held);
        EXECUTE format('GRANT SELECT ON readers.%I TO ledger_reader, ledger_auditor', named);
    END IF;
END
$$;

SELECT within_organization('rejections'), within_organization('reads');

-- The log has the platform's own events too (organization '-'), which every organization is answered by.
ALTER TABLE stored_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON stored_events FOR SELECT TO ledger_reader, ledger_auditor
    USING (CASE WHEN organization = '-' OR organization = (SELECT asked_organization()) THEN true END IS NOT NULL);

-- What is beside a stream is seen by who sees the stream. LIMIT: looked up one by one, never hashed in whole.
ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON data_keys FOR SELECT TO ledger_reader, ledger_auditor
    USING ((SELECT true FROM stored_events WHERE originator_id = stream_id LIMIT 1));
ALTER TABLE erased_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON erased_keys FOR SELECT TO ledger_reader, ledger_auditor
    USING ((SELECT true FROM stored_events WHERE originator_id = stream_id LIMIT 1));
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON deliveries FOR SELECT TO ledger_reader, ledger_auditor
    USING ((SELECT true FROM stored_events WHERE originator_id = identifier_id LIMIT 1));

-- The log's end is everybody's: answers are given as of it. Nothing is said of the event that is there.
CREATE FUNCTION log_end() RETURNS TABLE (at_position bigint, at_time timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT notification_id, recorded_at FROM stored_events ORDER BY notification_id DESC LIMIT 1 $$;

-- A session tells whose it is before any organization is known, and a person may work for several.
REVOKE SELECT ON sessions, person_organizations FROM ledger_reader;
GRANT SELECT ON sessions, person_organizations TO ledger_overseer;
