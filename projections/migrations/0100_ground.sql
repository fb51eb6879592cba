-- By the migrating login: the extension of the search, and the schemas of a rebuild, which the projector owns.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE SCHEMA IF NOT EXISTS projections_fresh AUTHORIZATION ledger_projector;
CREATE SCHEMA IF NOT EXISTS projections_retired AUTHORIZATION ledger_projector;
