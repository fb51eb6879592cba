"""Links for senders: unsubscribe links with their headers (RFC 8058), and confirmation links of signups."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.description import NOT_SET_UP
from entrypoints.api.models import MAX_IDENTIFIERS, Asked, Channel, IdentifierGiven, Scope, ValueGiven
from entrypoints.api.problems import Problem, field_error, invalid
from entrypoints.links import VALID, ConfirmationLink, Links, UnsubscribeLink
from entrypoints.settings import Settings
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.acts.contact import Identification
from ledger.acts.given import Given
from ledger.errors import MessageRefused
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, Subscribed
from ledger.events.scope import LONGEST, covers, trimmed
from ledger.events.vocabulary import CHANNELS_OF
from ledger.rules.adopted import policies
from ledger.rules.policy import Policies

SOURCE: Final = "contact-ledger/unsubscribe-links"
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
MessageId = Annotated[str, Field(min_length=1, max_length=500)]

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["links"])
_Sender = Annotated[Caller, Depends(needs("links"))]


class UnsubscribeLinkWanted(IdentifierGiven):
    """A link for one message to one identifier. `scope` is what a click opts out of."""

    channel: Channel = Field(examples=["email"])
    scope: Scope
    message_id: MessageId = Field(description="your id of the message, as its receipts will name it")


class UnsubscribeLinksWanted(Asked):
    links: list[UnsubscribeLinkWanted] = Field(min_length=1, max_length=MAX_IDENTIFIERS)


class UnsubscribeLinkMade(BaseModel):
    """`headers` go into the message as they are. A POST counts for ever, the page opens until `expires_at`."""

    identifier_id: UUID
    url: str
    headers: dict[str, str] = Field(
        examples=[{"List-Unsubscribe": "<https://mail.example.com/u/…>", "List-Unsubscribe-Post": ONE_CLICK}]
    )
    expires_at: datetime


class UnsubscribeLinksMade(BaseModel):
    """One for each that was wanted, in the same order."""

    links: list[UnsubscribeLinkMade]


class ConfirmationLinkWanted(ValueGiven):
    """A link that confirms what one signup asked for this identifier."""

    message_id: MessageId = Field(description="the signup's id")
    source: MessageId = Field(description="the signup's source")


class ConfirmationLinksWanted(Asked):
    links: list[ConfirmationLinkWanted] = Field(min_length=1, max_length=MAX_IDENTIFIERS)


class ConfirmationLinkMade(BaseModel):
    identifier_id: UUID
    url: str
    expires_at: datetime


class ConfirmationLinksMade(BaseModel):
    """One for each that was wanted, in the same order."""

    links: list[ConfirmationLinkMade]


@router.post("/unsubscribe-links", responses=NOT_SET_UP)
def unsubscribe_links(wanted: UnsubscribeLinksWanted, ledger: Ledger, caller: _Sender) -> UnsubscribeLinksMade:
    """Links for up to 1,000 messages, with the headers that go into them.

    An identifier the ledger has never heard of becomes known by this, so that a click always finds it.
    """
    links, at = _signing(ledger.settings)
    keys, unknown = _identified(ledger, caller.organization, wanted.links)
    now = ledger.now()
    _make_known(ledger, caller.organization, unknown, now)
    made = []
    for key, one in zip(keys, wanted.links, strict=True):
        message = ledger.ids.attempt(caller.organization, one.message_id)
        token = links.signed(UnsubscribeLink(key, message, one.channel, trimmed(one.scope), now))
        url = f"{at}/u/{token}"
        headers = {
            "List-Unsubscribe": _list_unsubscribe(ledger.settings, url, token),
            "List-Unsubscribe-Post": ONE_CLICK,
        }
        made.append(UnsubscribeLinkMade(identifier_id=key, url=url, headers=headers, expires_at=now + VALID))
    return UnsubscribeLinksMade(links=made)


@router.post("/confirmation-links", responses=NOT_SET_UP)
def confirmation_links(wanted: ConfirmationLinksWanted, ledger: Ledger, caller: _Sender) -> ConfirmationLinksMade:
    """Links that confirm signups with double opt-in, whether or not the signup has come in yet."""
    links, at = _signing(ledger.settings)
    givens = _canonical([(place, one.kind, one.value) for place, one in enumerate(wanted.links)])
    keys = [_key(ledger, caller.organization, given) for given in givens.values()]
    settings = ledger.ids.organization(caller.organization)
    streams = ledger.reading.read([settings, *keys])
    history = policies(streams[settings])
    made = []
    for key, one in zip(keys, wanted.links, strict=True):
        request = ledger.ids.act(caller.organization, one.source, one.message_id)
        ends = _request_ends(streams[key], request, ledger.now(), history)
        token = links.signed(ConfirmationLink(key, request, caller.organization, ends))
        made.append(ConfirmationLinkMade(identifier_id=key, url=f"{at}/c/{token}", expires_at=ends))
    return ConfirmationLinksMade(links=made)


def _signing(settings: Settings) -> tuple[Links, str]:
    if not settings.link_keys or settings.public_url is None:
        raise Problem(
            501, "links-not-set-up", "The operator must set LEDGER_LINK_KEYS and LEDGER_PUBLIC_URL to offer links."
        )
    return Links(settings.link_secrets), settings.links_at


def _list_unsubscribe(settings: Settings, url: str, token: str) -> str:
    """RFC 2369: the https address first, which one-click needs, then the mailbox where there is one."""
    mailbox = settings.unsubscribe_mailto
    return f"<{url}>" + (f", <mailto:{quote(mailbox, '@')}?subject=unsubscribe%20{token}>" if mailbox else "")


def _request_ends(events: Sequence[Recorded], request: UUID, now: datetime, history: Policies) -> datetime:
    """When the request runs out; one that has not come in yet is taken as made now."""
    made = [e.effective_at for e in events if e.envelope.act_id == request and isinstance(e.body, Subscribed)]
    begun = min(made, default=now)
    return begun + history.at(begun).request_lifetime


def _identified(
    ledger: Service, organization: str, wanted: Sequence[UnsubscribeLinkWanted]
) -> tuple[list[UUID], dict[UUID, Given]]:
    """The identifiers' ids in order, and those never heard of. Everything that cannot be taken is named at once."""
    named = [(place, one.kind, one.value) for place, one in enumerate(wanted) if one.kind and one.value is not None]
    givens = _canonical(named)
    keys = [one.id or _key(ledger, organization, givens[place]) for place, one in enumerate(wanted)]
    streams = ledger.reading.read(keys)
    errors: list[tuple[str, str]] = []
    for place, (key, one) in enumerate(zip(keys, wanted, strict=True)):
        kind = one.kind or _kind(streams[key], organization)
        scope = trimmed(one.scope)
        if kind is None:
            errors.append((f"links.{place}.id", "unknown in this organization; ask by kind and value"))
        elif one.channel not in CHANNELS_OF[kind]:
            channels = ", ".join(CHANNELS_OF[kind]) or "none"
            errors.append((f"links.{place}.channel", f"does not reach the kind {kind}; its channels: {channels}"))
        if not covers(organization, scope):
            errors.append(
                (f"links.{place}.scope", f"must begin with `{organization}`, the organization in the path")
            )
        elif len(scope) > LONGEST:
            errors.append((f"links.{place}.scope", f"longer than {LONGEST} characters"))
    if errors:
        raise invalid(*errors)
    return keys, {keys[place]: given for place, given in givens.items() if not streams[keys[place]]}


def _canonical(named: Sequence[tuple[int, str, str]]) -> dict[int, Given]:
    """Place → identifier. Raises a problem naming every value that is none."""
    givens: dict[int, Given] = {}
    errors: list[tuple[str, str]] = []
    for place, kind, value in named:
        try:
            givens[place] = given_value(kind, value, f"links.{place}.value")
        except MessageRefused as refused:
            errors.append(field_error(refused.detail))
    if errors:
        raise invalid(*errors)
    return givens


def _key(ledger: Service, organization: str, given: Given) -> UUID:
    return ledger.ids.identifier(organization, given.kind, given.value)


def _kind(events: Sequence[Recorded], organization: str) -> str | None:
    for event in events:
        if isinstance(event.body, IdentifierClaimed) and event.envelope.organization == organization:
            return event.body.kind
    return None


def _make_known(ledger: Service, organization: str, unknown: Mapping[UUID, Given], now: datetime) -> None:
    acts = [
        Act(
            organization,
            SOURCE,
            str(key),
            "contact.identify.v1",
            received_at=now,
            content=orjson.dumps(["contact.identify.v1", str(key)]),
            body=Identification((given,), "unsubscribe_link"),
            occurred_at=now,
        )
        for key, given in unknown.items()
    ]
    if acts:
        ledger.recording.record(acts)
