SET LOCAL ROLE ledger_owner;

-- The next positions of the log, in one piece under the writer lock; whoever listens is woken at commit.
CREATE FUNCTION draw_positions(wanted bigint, OUT first_drawn bigint, OUT last_drawn bigint)
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    SELECT min(drawn), max(drawn) INTO first_drawn, last_drawn
        FROM (SELECT nextval('stored_events_notification_id_seq') AS drawn
              FROM generate_series(1, wanted)) AS positions;
    PERFORM pg_notify('stored_events', '');
END
$$;

-- As before, and the positions that the writer expects to fill are drawn with it.
DROP FUNCTION begin_writing(text);
CREATE FUNCTION begin_writing(longest text, wanted bigint DEFAULT 0, OUT at_position bigint, OUT at_time timestamptz,
                              OUT begun_at timestamptz, OUT first_drawn bigint, OUT last_drawn bigint)
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM take_writer_lock();
    SELECT notification_id, recorded_at INTO at_position, at_time
        FROM stored_events ORDER BY notification_id DESC LIMIT 1;
    begun_at := clock_timestamp();
    PERFORM set_config('transaction_timeout', longest, true);
    IF wanted > 0 THEN
        SELECT d.first_drawn, d.last_drawn INTO begin_writing.first_drawn, begin_writing.last_drawn
            FROM draw_positions(wanted) AS d;
    END IF;
END
$$;

-- Of an attachment's event as it is stored: the identifier that the contact got.
CREATE FUNCTION attached_identifier(state bytea) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (convert_from(substring(state FROM 5 FOR get_byte(state, 0) << 24 | get_byte(state, 1) << 16
                                                  | get_byte(state, 2) << 8 | get_byte(state, 3)), 'UTF8')::json
            -> 'd' ->> 'identifier_id')::uuid
$$;
