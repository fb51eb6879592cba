"""The reference of `make bench-console`: the same pages as a version with OFFSET and count(*) asks for them."""

from collections.abc import Mapping
from typing import Final

_PAGE: Final = "SELECT * FROM all_contacts c WHERE organization = %(organization)s AND NOT deleted"
_COUNT: Final = "SELECT count(*) FROM all_contacts c WHERE organization = %(organization)s AND NOT deleted"
_RANKED: Final = " ORDER BY last_updated DESC, id DESC LIMIT 50"


def _both(more: str = "", deep: str = "") -> tuple[str, str]:
    return _PAGE + more + _RANKED + deep, _COUNT + more


REFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": _both(),
    "contacts, half-way down": _both(deep=" OFFSET %(offset)s"),
    "contacts unsubscribed": _both(
        " AND EXISTS (SELECT FROM channel_status s WHERE s.identifier_id = ANY (c.identifier_ids)"
        " AND s.channel = 'email' AND s.consent = 'unsubscribed')"
    ),
    "search by part of an e-mail": _both(
        " AND EXISTS (SELECT FROM unnest(emails) AS one WHERE one ILIKE '%%.012345.%%')"
    ),
    "criteria: a city": _both(" AND profile ->> 'city' = 'Ulm'"),
    "criteria: subscribed to a list": _both(
        " AND EXISTS (SELECT FROM channel_status s WHERE s.identifier_id = ANY (c.identifier_ids)"
        " AND s.scope = %(scope)s AND s.consent = 'subscribed')"
    ),
}
"""Name of the page → its query and its count."""
