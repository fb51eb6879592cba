SET LOCAL ROLE ledger_owner;

-- How a writer begins, in one call: the lock, then the log's end as the writer before left it, and the time. In a
-- volatile function every statement sees what was committed before that statement: also what was while it waited.
CREATE FUNCTION begin_writing(longest text, OUT at_position bigint, OUT at_time timestamptz, OUT begun_at timestamptz)
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM take_writer_lock();
    SELECT notification_id, recorded_at INTO at_position, at_time
        FROM stored_events ORDER BY notification_id DESC LIMIT 1;
    begun_at := clock_timestamp();
    PERFORM set_config('transaction_timeout', longest, true);
END
$$;
