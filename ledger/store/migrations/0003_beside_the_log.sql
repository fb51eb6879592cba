SET LOCAL ROLE ledger_owner;

-- The key of each stream's sealed parts, wrapped by the master key. Erasing deletes the row.
CREATE TABLE data_keys (
    stream_id uuid PRIMARY KEY,
    generation integer NOT NULL CHECK (generation > 0),
    wrapped bytea NOT NULL
);

-- Generations that were erased; 0 where a stream was erased that never had a key.
CREATE TABLE erased_keys (
    stream_id uuid,
    generation integer,
    erased_at timestamptz NOT NULL,
    PRIMARY KEY (stream_id, generation)
);

CREATE FUNCTION refuse_erased_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM made JOIN erased_keys USING (stream_id) WHERE made.generation <= erased_keys.generation
    ) THEN
        RAISE EXCEPTION 'an erased key generation is never made again' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER never_made_again AFTER INSERT ON data_keys
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased_generation();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON erased_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON erased_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE data_keys ENABLE ALWAYS TRIGGER never_made_again;
ALTER TABLE erased_keys ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE erased_keys ENABLE ALWAYS TRIGGER never_emptied;

-- Messages that were not taken. The payload is sealed under a key of its own, kept (wrapped) in the row.
CREATE TABLE rejections (
    id uuid PRIMARY KEY,
    organization text,
    source text,
    reason text NOT NULL,
    detail text NOT NULL,
    origin text,
    received_at timestamptz NOT NULL,
    rejected_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'dropped')),
    settled_at timestamptz,
    identifier_ids uuid[] NOT NULL,
    wrapped bytea,
    payload bytea
);

CREATE INDEX rejections_newest_idx ON rejections (rejected_at DESC, id DESC);
CREATE INDEX rejections_expires_at_idx ON rejections (expires_at) WHERE payload IS NOT NULL;
CREATE INDEX rejections_identifier_ids_idx ON rejections USING gin (identifier_ids) WHERE payload IS NOT NULL;

-- Where each partition is to be read next. topic_id is '' where the broker gives none.
CREATE TABLE positions (
    cluster text,
    topic text,
    topic_id text,
    partition integer,
    position bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cluster, topic, topic_id, partition)
) WITH (fillfactor = 50);

-- The newest delivery to each address and channel, so that a bounce that comes later knows of it.
CREATE TABLE deliveries (
    identifier_id uuid,
    channel text,
    delivered_at timestamptz NOT NULL,
    PRIMARY KEY (identifier_id, channel)
) WITH (fillfactor = 80);

GRANT SELECT, INSERT, DELETE ON data_keys TO ledger_writer;
GRANT SELECT, INSERT ON erased_keys TO ledger_writer;
GRANT SELECT, INSERT, UPDATE ON rejections, positions, deliveries TO ledger_writer;
GRANT SELECT ON data_keys, erased_keys, positions, deliveries TO ledger_projector, ledger_reader, ledger_auditor;
GRANT SELECT (id, organization, source, reason, detail, origin, received_at, rejected_at, expires_at, state, settled_at)
    ON rejections TO ledger_projector, ledger_reader;
GRANT SELECT ON rejections TO ledger_auditor;
