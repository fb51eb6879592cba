SET LOCAL ROLE ledger_owner;

-- Of a link's event as it is stored: the contact that its own is linked with.
CREATE FUNCTION linked_contact(state bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (convert_from(substring(state FROM 5 FOR get_byte(state, 0) << 24 | get_byte(state, 1) << 16
                                                  | get_byte(state, 2) << 8 | get_byte(state, 3)), 'UTF8')::json
            -> 'd' ->> 'other_contact_id')::uuid
$$;
