SET LOCAL ROLE ledger_projector;

-- Signs of the names that a person is found by (projections/signs.py), and two moments, in the list's index: who is
-- passed by while the list is walked is passed by there, without a look at the row. Every event moves a person in this
-- index as it is, so that it has no more to write, only longer entries.
ALTER TABLE all_contacts ADD COLUMN signs bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex');
DROP INDEX all_contacts_list_idx;

CREATE FUNCTION signs_of(person uuid) RETURNS bytea STABLE LANGUAGE plpgsql AS $$
DECLARE
    made bytea := decode(repeat('00', 32), 'hex');
    name text;
    hash bytea;
BEGIN
    FOR name IN SELECT unnest(marks || facts || consents) FROM contact_search WHERE id = person LOOP
        hash := sha256(convert_to(name, 'UTF8'));
        FOR n IN 0..2 LOOP
            made := set_bit(made, get_byte(hash, n), 1);
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- Written anew in one pass, each row where it lies: an UPDATE would leave a second table of dead rows between them.
ALTER TABLE all_contacts ALTER COLUMN signs TYPE bytea USING signs_of(id);
DROP FUNCTION signs_of;
CREATE INDEX all_contacts_list_idx ON all_contacts (organization, deleted, last_updated DESC, id DESC)
    INCLUDE (created_at, consented_at, signs);

-- What is read from the index alone lies in blocks that were vacuumed since they changed: the changes of some minutes
-- may wait for that, not those of a fifth of the table.
ALTER TABLE all_contacts SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
