SET LOCAL ROLE ledger_owner;

-- The first id that a stored event's header gives under this key: of the states of one name, the key is always the
-- same one's, and a quote inside a string is written \", so no value looks like a key. Only immutable functions, so
-- that it becomes part of the query that calls it: convert_from is not, and kept its callers a function call each row.
CREATE FUNCTION first_id(key bytea, state bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(substring(state FROM position(key IN state) + octet_length(key) FOR 36), 'escape')::uuid
$$;

CREATE OR REPLACE FUNCTION linked_contact(state bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT first_id('"other_contact_id":"', state)
$$;

CREATE OR REPLACE FUNCTION attached_identifier(state bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT first_id('"identifier_id":"', state)
$$;
