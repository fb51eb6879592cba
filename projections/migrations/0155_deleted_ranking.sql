SET LOCAL ROLE ledger_projector;

-- The Deleted tab is ranked by when its people were created, or deleted.
CREATE INDEX all_contacts_deleted_created_at_idx ON all_contacts (organization, created_at DESC, id DESC)
    WHERE deleted;
CREATE INDEX all_contacts_deleted_at_idx ON all_contacts (organization, deleted_at DESC, id DESC) WHERE deleted;
