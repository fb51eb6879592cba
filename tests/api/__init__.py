"""HTTP, as its callers see it: on a real server, real PostgreSQL and with real keys."""
