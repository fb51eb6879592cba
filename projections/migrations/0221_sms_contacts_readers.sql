SET LOCAL ROLE ledger_projector;

-- Readers see their organization's rows only, where organizations are kept apart in the database.
DO $$
BEGIN
    IF to_regprocedure('within_organization(regclass)') IS NOT NULL THEN
        PERFORM within_organization('sms_contacts'::regclass);
        PERFORM seen_by_readers('sms_contacts'::regclass);
    END IF;
END
$$;
