SET LOCAL ROLE ledger_owner;

-- How a person who works with the ledger proves who it is. Not events: a secret must go when it is replaced.
CREATE TABLE credentials (
    person_id uuid PRIMARY KEY,
    password_hash text,
    link_hash bytea UNIQUE,            -- of the one link by which a password may be set
    link_expires_at timestamptz,
    disabled_at timestamptz
);

-- Where to look for a person's role; what the role is, or whether there is one, only the organization's stream says.
CREATE TABLE person_organizations (
    person_id uuid,
    organization text,
    PRIMARY KEY (person_id, organization)
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL,
    began_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX sessions_person_id_idx ON sessions (person_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- Failed logins of one subject (a person, known or not, or a client's address) since `since`.
CREATE TABLE login_failures (
    subject uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    failures integer NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX login_failures_since_idx ON login_failures (since);

GRANT SELECT, INSERT, UPDATE, DELETE ON credentials, person_organizations, sessions, login_failures TO ledger_writer;
GRANT SELECT ON sessions, person_organizations TO ledger_reader;
