"""What another keyword set would read otherwise: earlier replies, and the places that become sendable or cease."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from entrypoints import keywords
from entrypoints.forecast_telling import Found, Told
from entrypoints.keywords import Changed, Words
from entrypoints.wiring import Service
from ledger.rules.keywords import KeywordSet


def words(question: Mapping[str, Any]) -> Words:
    """The words of the organization's own that it adds, by class."""
    return {str(kind): tuple(listed) for kind, listed in question["words"].items()}


def compared_set(ledger: Service, organization: str, question: Mapping[str, Any]) -> KeywordSet:
    """The set that it asks about: with words one that adopting would make. Raises MessageRefused, NotFound."""
    version, added = str(question["version"]), words(question)
    if added:
        return keywords.proposed(ledger, organization, version, added)
    return keywords.known_set(ledger, organization, version)


def foresee(
    ledger: Service, organization: str, question: Mapping[str, Any], told: Told, found: Found
) -> dict[str, Any]:
    """Each reply that would read otherwise is `found`. How many there are is known at the end only."""
    standing = keywords.sets(ledger, organization)[1]
    made = compared_set(ledger, organization, question)
    differing = keywords.difference(ledger, organization, made, lambda replies: told(0))
    for one in differing.changes:
        found(_shown(one))
    classes = Counter((str(one.old), str(one.new)) for one in differing.changes)
    return {
        "standing": standing,
        "replies": differing.replies,
        "changes": len(differing.changes),
        "unreadable": differing.unreadable,
        "by_person": differing.by_person,
        "opens": sum(bool(one.opens) for one in differing.changes),
        "stops": sum(bool(one.stops) for one in differing.changes),
        "classes": [{"old": old, "new": new, "replies": number} for (old, new), number in classes.most_common()],
    }


def _shown(one: Changed) -> dict[str, Any]:
    return {
        "reply_event_id": one.reply_event_id,
        "identifier_id": one.identifier_id,
        "sender": one.sender,
        "received_at": one.received_at.isoformat(),
        "old": str(one.old),
        "new": str(one.new),
        "confidence": str(one.confidence),
        "matched": one.matched,
        "opens": list(one.opens),
        "stops": list(one.stops),
    }
