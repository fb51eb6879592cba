-- Roles belong to the whole server, databases share them: made where missing, never altered.
-- Run by a database owner who may create roles; later files act as ledger_owner.
DO $$
DECLARE
    wanted text[];
BEGIN
    FOREACH wanted SLICE 1 IN ARRAY ARRAY[
        ['ledger_owner', 'NOBYPASSRLS'],     -- owns every table of the log; nobody works as it
        ['ledger_writer', 'BYPASSRLS'],      -- appends (COPY is refused under row-level security)
        ['ledger_projector', 'BYPASSRLS'],   -- reads the log, owns and fills the tables people read
        ['ledger_reader', 'NOBYPASSRLS'],    -- answers questions
        ['ledger_auditor', 'NOBYPASSRLS']    -- reads everything, the rejected payloads too
    ] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted[1]) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT %s', wanted[1], wanted[2]);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this server made it meanwhile
        END;
    END LOOP;
END
$$;

GRANT USAGE, CREATE ON SCHEMA public TO ledger_owner, ledger_projector;
GRANT USAGE ON SCHEMA public TO ledger_writer, ledger_reader, ledger_auditor;
GRANT SELECT ON schema_migrations, check_values TO PUBLIC;  -- read before a role is taken on
