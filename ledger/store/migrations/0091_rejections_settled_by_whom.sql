SET LOCAL ROLE ledger_owner;

-- Who settled a rejection (person/ID, api-key/ID), and whether the message was mended before it was taken.
ALTER TABLE rejections ADD COLUMN settled_by text, ADD COLUMN mended boolean NOT NULL DEFAULT false;
GRANT SELECT (settled_by, mended) ON rejections TO ledger_projector, ledger_reader;

-- An organization's own, newest first: all of a state, of one reason, of one producer.
CREATE INDEX rejections_state_idx ON rejections (organization, state, rejected_at DESC, id DESC);
CREATE INDEX rejections_reason_idx ON rejections (organization, state, reason, rejected_at DESC, id DESC);
CREATE INDEX rejections_source_idx ON rejections (organization, state, source, rejected_at DESC, id DESC);
