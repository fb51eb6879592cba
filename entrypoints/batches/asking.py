"""Bulk actions: asked for on a list that is frozen then, approved, withdrawn (Y5, Y6; decision 036)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID, uuid4

import orjson

from entrypoints import typed
from entrypoints.acting import USED, Hand
from entrypoints.batches import freezing
from entrypoints.batches.seeing import SECOND_PERSON, row, words
from ledger.batching import SOURCE, Wanted
from ledger.by_hand import AT_A_SCOPE
from ledger.errors import MessageRefused
from ledger.events.scope import readable_prefix
from ledger.events.vocabulary import ALL, CHANNELS
from ledger.store import batches
from ledger.store.batches import Asked, State
from projections.contact_query import Filter

BulkAction = Literal[
    "unsubscribe", "blacklist", "unblacklist", "pause", "resume", "block", "unblock", "ban", "unban", "delete"
]
BULK_ACTIONS: Final[tuple[BulkAction, ...]] = get_args(BulkAction)
LIFETIME: Final = timedelta(days=7)
LONGEST: Final = 500
_PERSON: Final = "person/"


def ask(
    hand: Hand,
    wanted: Wanted,
    asked: Filter,
    reason: str,
    *,
    which: Sequence[str],
    address: str = "",
    once: str | None = None,
    at_once: int = freezing.AT_ONCE,
) -> UUID:
    """Keeps what is asked for, and the list of who fits where these are not more than `at_once`; else it is frozen
    by who brings bulk actions on. Its id. Raises MessageRefused by field.

    Under one `once` (absent: the hand's key) it is one bulk action, however often it is asked for.
    """
    ledger, now, reason = hand.ledger, hand.ledger.now(), reason.strip()
    _require(hand.organization, wanted, reason)
    said: dict[str, Any] = {"reason": reason, "which": list(which)}
    once = once or hand.key
    batch_id = _id(hand, once)
    if once and _asked_before(hand, batch_id, wanted, said):
        return batch_id
    people = freezing.short(ledger, hand.organization, asked, at_once)
    if people is None:
        said["filter"] = freezing.kept(asked)
    batch = Asked(
        batch_id,
        hand.organization,
        wanted.action,
        wanted.channel,
        wanted.scope,
        address,
        typed.sealed(ledger, hand.organization, orjson.dumps(said).decode()),
        hand.actor,
        now,
        now + LIFETIME,
    )
    with ledger.writing.connection() as connection:
        batches.keep(connection, batch, people)
    return batch.id


def approve(hand: Hand, batch_id: UUID, *, digest: str, reason: str) -> None:
    """Approves a list that was looked at, by its digest. Raises NotFound, MessageRefused naming what to do."""
    ledger, now, reason = hand.ledger, hand.ledger.now(), reason.strip()
    batch = row(ledger, hand.organization, batch_id)
    _require_reason(reason)
    if batch.digest != digest:
        raise MessageRefused("conflict", "digest: of another list than this one")
    if batch.state(now) != "waiting":
        raise _moved_on(batch.state(now))
    if not batch.changes:
        raise MessageRefused("nothing_to_do", "digest: nobody on the list would change")
    if batch.people > SECOND_PERSON and (hand.actor == batch.asked_by or not hand.actor.startswith(_PERSON)):
        raise MessageRefused(
            "second_person", f"approval: above {SECOND_PERSON:,} people somebody else must approve, in the console"
        )
    sealed = typed.sealed(ledger, hand.organization, reason)
    with ledger.writing.connection() as connection:
        if not batches.approve(connection, batch_id, now, by=hand.actor, approval=sealed):
            raise _moved_on(row(ledger, hand.organization, batch_id).state(now))


def withdraw(hand: Hand, batch_id: UUID) -> None:
    """Gives up a list that was not approved. Raises NotFound, MessageRefused."""
    ledger, now = hand.ledger, hand.ledger.now()
    batch = row(ledger, hand.organization, batch_id)
    with ledger.writing.connection() as connection:
        if not batches.give_up(connection, batch_id, now):
            raise _moved_on(batch.state(now))


def asked_under(hand: Hand) -> bool:
    """Whether a bulk action was asked for under the hand's key."""
    with hand.ledger.writing.connection() as connection:
        return batches.batch(connection, hand.organization, _id(hand, hand.key)) is not None


def _id(hand: Hand, once: str | None) -> UUID:
    return hand.ledger.ids.act(hand.organization, SOURCE, f"{hand.actor}/{once}") if once else uuid4()


def _asked_before(hand: Hand, batch_id: UUID, wanted: Wanted, said: Mapping[str, object]) -> bool:
    """Whether this very thing was asked for under the id. Raises MessageRefused where something else was."""
    with hand.ledger.writing.connection() as connection:
        found = batches.batch(connection, hand.organization, batch_id)
    if found is None:
        return False
    told = words(hand.ledger, found)
    same = all(told[name] == said[name] for name in said)
    if not same or (found.action, found.channel, found.scope) != (wanted.action, wanted.channel, wanted.scope):
        raise MessageRefused("conflict", USED)
    return True


def _require(organization: str, wanted: Wanted, reason: str) -> None:
    if wanted.action not in BULK_ACTIONS:
        raise MessageRefused("invalid-request", f"action: any of {', '.join(BULK_ACTIONS)}")
    if wanted.channel not in (ALL, *CHANNELS):
        raise MessageRefused("invalid-request", f"channel: `*` or any of {', '.join(CHANNELS)}")
    scope, whole = readable_prefix(wanted.scope, organization)
    if not whole or scope != wanted.scope:
        raise MessageRefused("invalid-request", f"scope: a merchant, sender or list of {organization}")
    if wanted.action not in AT_A_SCOPE and wanted.scope != organization:
        raise MessageRefused("invalid-request", "scope: this is done for the whole organization only")
    if wanted.action == "delete" and wanted.channel != ALL:
        raise MessageRefused("invalid-request", "channel: people are deleted whole, not on a channel")
    _require_reason(reason)


def _require_reason(reason: str) -> None:
    if not reason or len(reason) > LONGEST or "\0" in reason:
        raise MessageRefused("invalid-request", f"reason: say why, in at most {LONGEST} characters")


def _moved_on(state: State) -> MessageRefused:
    return MessageRefused("conflict", f"state: it is {state}; look at it again")
