"""Erasing people (GDPR Art. 17): what would go, doing it once for each request, and the report that proves it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from entrypoints import exports
from entrypoints.acting import Hand
from entrypoints.erasure_report import SOURCE, ErasureReport, report
from entrypoints.exports import FileTold
from entrypoints.whom import Who, contact_of, stream_of
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.acts.contact import ContactChange
from ledger.errors import MessageRefused, NotFound
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import ALL, CHANNELS
from ledger.rules.erasure import Reach, reach
from ledger.rules.identity import person
from ledger.store import rejections
from ledger.store.keyring import count_keys
from projections.traces import GOING, STAYING, counted

_CHANNELS: Final = (*CHANNELS, ALL)
_OUT_OF_REACH: Final = (
    "files that were written to standard output, downloaded, copied or moved",
    "inbound topics, which are their producers': their retention is theirs",
    "backups of the database, until they are thrown away: see docs/erasure.md",
)


class ErasurePreview(BaseModel):
    """What an erasure would reach. Nothing of it is done."""

    contacts: list[UUID]
    identifiers: list[UUID]
    elsewhere: list[UUID] = Field(description="identifiers held once, and by somebody else now: they stay")
    keys: int = Field(description="data keys that would be destroyed")
    rejections: int = Field(description="kept payloads of rejected messages that would be destroyed")
    rows: dict[str, int] = Field(description="table → rows with values that would go")
    staying: dict[str, int] = Field(description="table → rows without values that stay, by keyed id")
    tombstones: int = Field(description="statuses that end with a tombstone in Kafka")
    files: list[FileTold] = Field(description="files that commands wrote and that hold the person, or may")
    out_of_reach: list[str] = Field(description="copies no command of the ledger can reach")


class ErasureListed(BaseModel):
    """One erasure."""

    act_id: UUID
    request_id: str | None
    recorded_at: datetime
    source: str
    actor: str | None
    contacts: int
    identifiers: int
    position: int = Field(description="where it begins in the log: `before` of the next page")


def preview(ledger: Service, organization: str, who: Who) -> ErasurePreview:
    """Finds the person and counts every copy. Raises NotFound."""
    reached = _reach(ledger, contact_of(ledger, organization, who))
    person_ = reached.contacts, reached.identifiers
    with ledger.reading.connection() as connection:
        keys = count_keys(connection, reached.streams)
        rows = counted(connection, GOING, *person_)
        staying = counted(connection, STAYING, *person_, _CHANNELS)
    with ledger.writing.connection() as connection:
        rejected = rejections.count_naming(connection, reached.streams)
    return ErasurePreview(
        contacts=list(reached.contacts),
        identifiers=list(reached.identifiers),
        elsewhere=list(reached.elsewhere),
        keys=keys,
        rejections=rejected,
        rows=rows,
        staying=staying,
        tombstones=staying["channel_status"],
        files=[told for _, told in exports.look(ledger, organization, reached)],
        out_of_reach=list(_OUT_OF_REACH),
    )


def erase(hand: Hand, who: Who, *, request_id: str, reason: str) -> ErasureReport:
    """Erases the person, once for each request id, and reports; again, files are deleted that were left. Raises
    NotFound, and MessageRefused where the request id was used for somebody else.
    """
    ledger, organization = hand.ledger, hand.organization
    act_id = ledger.ids.act(organization, SOURCE, request_id)
    done = ledger.reading.act(act_id)
    if not done:
        contact = contact_of(ledger, organization, who)
        exports.keep(ledger, act_id, exports.look(ledger, organization, _reach(ledger, contact)))
        _record(hand, contact, request_id, reason)
        done = ledger.reading.act(act_id)
    elif not _is_about(ledger, organization, done, who):
        raise MessageRefused("conflict", "request_id: it was used for another person; give another")
    exports.clear(ledger, act_id)
    return report(ledger, organization, done)


def shown(ledger: Service, organization: str, request: str, *, places: bool = True) -> ErasureReport:
    """The report of a request id, or of an act id; `places`: with those of files. Raises NotFound."""
    for done in _acts(ledger, organization):
        if request in (_request(done), str(done[0].envelope.act_id)):
            return report(ledger, organization, ledger.reading.act(done[0].envelope.act_id), places=places)
    raise NotFound("No erasure of this request id in this organization.")


def listed(
    ledger: Service, organization: str, *, before: int | None = None, limit: int = 100
) -> list[ErasureListed]:
    """The newest erasures first, of those before a position."""
    found: list[ErasureListed] = []
    for done in _acts(ledger, organization, before):
        if len(found) == limit:
            break
        envelope = done[0].envelope
        position = done[-1].position
        assert envelope.recorded_at is not None
        assert position is not None
        contacts = sum(one.name.startswith("contact.") for one in done)
        found.append(
            ErasureListed(
                act_id=envelope.act_id,
                request_id=_request(done),
                recorded_at=envelope.recorded_at,
                source=envelope.source,
                actor=envelope.actor,
                contacts=contacts,
                identifiers=len(done) - contacts,
                position=position,
            )
        )
    return found


def _record(hand: Hand, contact: UUID, request_id: str, reason: str) -> None:
    now = hand.ledger.now()
    body = ContactChange("erase", contact, reason, request_id)
    said = {"contact_id": contact, "actor": hand.actor, "request_id": request_id}
    content = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    act = Act(
        hand.organization,
        SOURCE,
        request_id,
        "contact.erase.v1",
        now,
        content,
        body,
        occurred_at=now,
        actor=hand.actor,
        origin=hand.source,
    )
    outcome = hand.ledger.recording.record([act])[0]
    if outcome.result == "refused":
        raise MessageRefused(outcome.reason or "refused", outcome.detail or "")


def _reach(ledger: Service, contact: UUID) -> Reach:
    return reach(person(contact, ledger.reading.read), ledger.reading.read)


def _is_about(ledger: Service, organization: str, done: list[Recorded], who: Who) -> bool:
    return stream_of(ledger, organization, who) in {one.stream_id for one in done}


def _acts(ledger: Service, organization: str, begin: int | None = None) -> Iterable[list[Recorded]]:
    """The erasures act by act, newest first, of those before a position."""
    act: list[Recorded] = []
    before = {} if begin is None else {"before": begin}
    while portion := ledger.reading.erasures(organization, **before):
        for event in portion:
            if act and event.envelope.act_id != act[0].envelope.act_id:
                yield act
                act = []
            act.append(event)
        before = {"before": portion[-1].position}
    if act:
        yield act


def _request(done: list[Recorded]) -> str | None:
    request: str | None = done[0].body.__dict__.get("request_id")
    return request
