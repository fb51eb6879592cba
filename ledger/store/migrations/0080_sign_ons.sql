SET LOCAL ROLE ledger_owner;

-- People who were sent to the OpenID provider and are not back yet. Taken once; holds nothing that lets anybody in.
CREATE TABLE sign_ons (
    attempt_hash bytea PRIMARY KEY,   -- of the state in the address and the browser's cookie together
    back text NOT NULL,               -- the page of the console to go on to
    expires_at timestamptz NOT NULL
);

CREATE INDEX sign_ons_expires_at_idx ON sign_ons (expires_at);

GRANT SELECT, INSERT, DELETE ON sign_ons TO ledger_writer;
