SET LOCAL ROLE ledger_projector;

-- How far each projection has come. Its tables are rules(events <= position, at = swept_to); both move together.
CREATE TABLE watermarks (
    projection text PRIMARY KEY,
    position bigint NOT NULL,
    swept_to timestamptz
) WITH (fillfactor = 50);

-- Statuses that changed, in the order in which they became visible; payload NULL: the identifier was erased.
CREATE TABLE outbox (
    change bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization text NOT NULL,
    identifier_id uuid NOT NULL,
    channel text NOT NULL,
    scope text NOT NULL,
    purpose text NOT NULL,
    payload jsonb,
    position bigint NOT NULL
);

GRANT SELECT ON watermarks, outbox TO ledger_writer, ledger_reader, ledger_auditor;
