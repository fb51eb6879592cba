-- By the migrating login, once: where readers find views before the tables of the same name (see seen_by_readers).
CREATE SCHEMA IF NOT EXISTS readers AUTHORIZATION ledger_projector;
SET LOCAL ROLE ledger_projector;
GRANT USAGE ON SCHEMA readers TO ledger_reader, ledger_auditor;
