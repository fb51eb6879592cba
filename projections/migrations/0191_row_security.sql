SET LOCAL ROLE ledger_projector;

-- Every table of rows of organizations that readers may read; test_row_security finds one that is left out.
SELECT within_organization(name::regclass) FROM unnest(ARRAY[
    'all_contacts', 'audit_history', 'channel_status', 'contact_aliases', 'contact_counters', 'contact_search',
    'contact_values', 'dismissed_candidates', 'identifiers', 'merge_candidates', 'opt_outs', 'outbox', 'replies',
    'scopes', 'scopes_seen', 'status_counters', 'value_counters'
]) AS name;

-- Searched by parts of a text and by arrays.
SELECT seen_by_readers('contact_search');

-- Of no organization by itself, and read by the projection alone.
REVOKE SELECT ON value_holders FROM ledger_reader, ledger_auditor;
