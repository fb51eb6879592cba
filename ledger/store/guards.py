"""What the database itself guards: the triggers of the log, who may change it, and row security."""

from collections.abc import Iterator
from typing import Any, Final

from psycopg import Connection

from ledger.errors import SettingsRefused

_TRIGGERS: Final = (
    "stored_events.one_writer",
    "stored_events.append_only",
    "stored_events.never_emptied",
    "data_keys.never_made_again",
    "erased_keys.append_only",
    "erased_keys.never_emptied",
    "reads.append_only",
    "reads.never_emptied",
)
"""Each fires always, also where a replica applies what another server wrote."""
_OFF = """
SELECT guard FROM unnest(%s::text[]) AS guard WHERE NOT EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = to_regclass(split_part(guard, '.', 1))
    AND tgname = split_part(guard, '.', 2) AND tgenabled = 'A')
"""
_MAY_CHANGE = """
SELECT relname, string_agg(DISTINCT privilege_type, ', '), coalesce(rolname, 'PUBLIC')
FROM pg_class, aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
WHERE pg_class.oid = ANY (ARRAY['stored_events', 'erased_keys', 'reads']::regclass[]) AND grantee <> relowner
AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
GROUP BY relname, rolname ORDER BY relname, rolname
"""
_OPEN = """
SELECT oid::regclass::text FROM pg_class
WHERE NOT relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid) ORDER BY 1
"""


def check_guards(connection: Connection[Any]) -> None:
    """Raises SettingsRefused naming every guard that is off, and the statement that puts it back."""
    if missing := list(_missing(connection)):
        raise SettingsRefused("; ".join(missing))


def _missing(connection: Connection[Any]) -> Iterator[str]:
    for (guard,) in connection.execute(_OFF, (list(_TRIGGERS),)):
        table, trigger = guard.split(".")
        yield f"{guard} does not guard the log: ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
    for table, privileges, role in connection.execute(_MAY_CHANGE):
        yield f"{role} may change {table}: REVOKE {privileges} ON {table} FROM {role}"
    for (table,) in connection.execute(_OPEN):
        yield f"{table} shows every organization: ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
