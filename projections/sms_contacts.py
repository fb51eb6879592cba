"""The SMS contacts of a sender (S1-S11), read from `channel_status`: subscribed, opted out, or neither."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

After = tuple[datetime, UUID, str, str]
"""The last row of the page before: its moment, identifier, scope and purpose."""


@dataclass(frozen=True, slots=True)
class SmsRow:
    """A phone at a list or sender. `moment` is since when it stands on its tab."""

    identifier_id: UUID
    scope: str
    purpose: str
    moment: datetime
    value: str | None
    person_id: UUID | None
    emails: list[str]
    list_name: str | None
    subscribed_at: datetime | None
    reason: str | None
    message_at: datetime | None

    @property
    def place(self) -> After:
        """Where the next page begins."""
        return self.moment, self.identifier_id, self.scope, self.purpose


@dataclass(frozen=True, slots=True)
class Asked:
    """Which phones: of a sender's tab (a consent), of one list, opted out for a reason, with part of a number."""

    sender: str
    consent: str
    scope: str | None = None
    reason: str | None = None
    digits: str | None = None


_SELECT: Final = """
SELECT s.identifier_id, s.scope, s.purpose, stood.moment, i.value,
       coalesce(a.person_id, i.contact_id) AS person_id, coalesce(c.emails, '{}') AS emails,
       named.display_name AS list_name, s.first_subscribed_at AS subscribed_at, stood.reason,
       (SELECT max(r.received_at) FROM replies r WHERE r.identifier_id = s.identifier_id) AS message_at
FROM sms_status s
    CROSS JOIN LATERAL (SELECT
        split_part(s.scope, '/', 2) || '/' || split_part(s.scope, '/', 3) AS sender,
        CASE WHEN s.hold = 'banned' THEN 'unsubscribed' ELSE s.consent END AS consent,
        CASE WHEN s.hold = 'banned' THEN s.hold_since ELSE s.consent_since END AS moment,
        CASE WHEN s.hold = 'banned' THEN 'ban' ELSE s.consent_method END AS reason
    ) AS stood
    LEFT JOIN identifiers i ON i.id = s.identifier_id
    LEFT JOIN contact_aliases a ON a.contact_id = i.contact_id
    LEFT JOIN all_contacts c ON c.id = coalesce(a.person_id, i.contact_id)
    LEFT JOIN scopes named ON named.organization = s.organization AND named.scope = s.scope
WHERE s.organization = %(organization)s AND stood.sender = %(sender)s AND stood.consent = %(consent)s
  AND (stood.moment, s.identifier_id, s.scope, s.purpose)
      < (%(moment)s::timestamptz, %(identifier)s, %(scope_after)s, %(purpose)s)
"""
# One row a phone and list, whatever the purposes; on the other tabs one row a phone.
_ONCE_A_LIST: Final = """
  AND NOT EXISTS (SELECT FROM sms_status o WHERE o.channel = 'sms' AND o.identifier_id = s.identifier_id
      AND o.scope = s.scope AND o.consent = s.consent AND o.purpose > s.purpose)
"""
_ONCE: Final = """
  AND NOT EXISTS (SELECT FROM sms_status o WHERE o.channel = 'sms' AND o.identifier_id = s.identifier_id
      AND split_part(o.scope, '/', 2) || '/' || split_part(o.scope, '/', 3) = stood.sender
      AND CASE WHEN o.hold = 'banned' THEN 'unsubscribed' ELSE o.consent END = stood.consent
      AND (CASE WHEN o.hold = 'banned' THEN o.hold_since ELSE o.consent_since END, o.scope, o.purpose)
          > (stood.moment, s.scope, s.purpose))
"""
_LIST: Final = "  AND s.scope = %(scope)s\n"
_FOR_REASON: Final = "  AND stood.reason = %(reason)s\n"
_SEARCHED: Final = """
  AND i.value LIKE %(digits)s AND s.identifier_id IN (
      SELECT unnest(found.identifier_ids) FROM contact_search JOIN all_contacts found USING (id)
      WHERE contact_search.organization = %(organization)s AND text LIKE %(digits)s)
"""
_PAGE: Final = "ORDER BY stood.moment DESC, s.identifier_id DESC, s.scope DESC, s.purpose DESC LIMIT %(limit)s"
_SENDERS: Final = """
SELECT DISTINCT ON (sender) sender, display_name FROM (
    SELECT scope AS sender, display_name FROM scopes WHERE organization = %(organization)s AND level = 'sender'
    UNION ALL
    SELECT split_part(scope, '/', 1) || '/' || split_part(scope, '/', 2) || '/' || split_part(scope, '/', 3), NULL
    FROM status_counters
    WHERE organization = %(organization)s AND channel = 'sms' AND split_part(scope, '/', 3) NOT IN ('', '-')
) AS named ORDER BY sender, display_name
"""
_LISTS: Final = """
SELECT DISTINCT counted.scope, display_name FROM status_counters counted
    LEFT JOIN scopes USING (organization, scope)
WHERE counted.organization = %(organization)s AND channel = 'sms' AND starts_with(counted.scope, %(below)s)
ORDER BY 1
"""


def phones(
    connection: Connection[Any], organization: str, asked: Asked, *, after: After | None = None, limit: int = 50
) -> list[SmsRow]:
    """Phones of a tab, latest first; the next page is `after` the last row's place."""
    moment, identifier, scope, purpose = after or ("infinity", UUID(int=0), "", "")
    values = {
        "organization": organization,
        "sender": asked.sender.partition("/")[2],
        "consent": asked.consent,
        "scope": asked.scope,
        "reason": asked.reason,
        "digits": f"%{asked.digits}%",
        "moment": moment,
        "identifier": identifier,
        "scope_after": scope,
        "purpose": purpose,
        "limit": limit,
    }
    query = _SELECT + (_ONCE_A_LIST if asked.consent == "subscribed" else _ONCE)
    query += _LIST if asked.scope is not None else ""
    query += _FOR_REASON if asked.reason is not None else ""
    query += _SEARCHED if asked.digits is not None else ""
    cursor = connection.cursor(row_factory=class_row(SmsRow))
    return cursor.execute(query + _PAGE, values, prepare=False).fetchall()


def senders(connection: Connection[Any], organization: str) -> dict[str, str | None]:
    """Sender → display name, of those that were created or that texts are consented to (S1)."""
    return dict(connection.execute(_SENDERS, {"organization": organization}, prepare=False))


def lists(connection: Connection[Any], organization: str, sender: str) -> dict[str, str | None]:
    """Lists of the sender that anybody ever stood on → display name (S4)."""
    asked = {"organization": organization, "below": f"{sender}/"}
    return dict(connection.execute(_LISTS, asked, prepare=False))
