"""A file for each source of criteria; `criteria.registry` finds them."""
