SET LOCAL ROLE ledger_projector;

-- Instead of the version in force, which changes under every row, those that shaped the row.
ALTER TABLE channel_status DROP COLUMN policy;
ALTER TABLE channel_status ADD COLUMN policies text[] NOT NULL DEFAULT '{}';
