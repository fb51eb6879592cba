SET LOCAL ROLE ledger_projector;

-- Scopes that were created, the organization itself among them. retired_at NULL: in use.
CREATE TABLE scopes (
    organization text,
    scope text,
    level text NOT NULL,
    display_name text NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (organization, scope)
);

-- Rows of audit_history by the scope they name, whether anybody created it or not.
CREATE TABLE scopes_seen (
    organization text,
    scope text,
    events bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (organization, scope)
) WITH (fillfactor = 50);

INSERT INTO scopes_seen
SELECT organization, scope, count(*), min(effective_at), max(effective_at) FROM audit_history
WHERE name LIKE 'identifier.%' AND scope IS NOT NULL GROUP BY organization, scope;

GRANT SELECT ON scopes, scopes_seen TO ledger_reader, ledger_auditor;
INSERT INTO watermarks (projection, position) VALUES ('scopes', 0);
