SET LOCAL ROLE ledger_projector;

-- How long the latest took is read from the index alone; no row of this table ever changes.
DROP INDEX opt_outs_newest_idx;
CREATE INDEX opt_outs_newest_idx ON opt_outs (organization, received_at DESC, position DESC) INCLUDE (recorded_at);
