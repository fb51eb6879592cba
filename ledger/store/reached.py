"""Which streams hang together with contacts, found in one recursive statement."""

from typing import Final

LINKS: Final = "SELECT linked_contact(state) AS id FROM stored_events WHERE topic = 'contact.linked.v1'"
LINKS_AND_IDENTIFIERS: Final = """
    SELECT CASE topic WHEN 'contact.linked.v1' THEN linked_contact(state) ELSE attached_identifier(state) END AS id
    FROM stored_events WHERE topic IN ('contact.linked.v1', 'contact.identifier-attached.v1')"""

_HEAD = """
WITH RECURSIVE reached (id) AS (
    SELECT unnest((SELECT %b::uuid[]))
    UNION
    SELECT next.id FROM reached CROSS JOIN LATERAL ("""
_REST = """ AND originator_id = reached.id OFFSET 0) AS next
)
"""
_THOSE = "WHERE originator_id = ANY(ARRAY(SELECT id FROM reached))"


def reached(events: str, leads: str) -> str:
    """The `events` of the contacts asked for (%b, an array) and of all that `leads` comes to from them.

    Stream by stream, each by its index: OFFSET keeps the planner from joining the whole log instead. The array is
    asked for in a query of its own, so that every plan takes it for as long, and none has to be made for each call.
    """
    return _HEAD + leads + _REST + events + _THOSE
