"""Subscribing and unsubscribing a contact by hand (P10). The rules decide what comes of it, and the page says so.

An operator subscribes on somebody's behalf: that never lifts an opt-out. The evidence says how the person agreed.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints.console.form_values import once
from entrypoints.console.one_contact import done, given, message, reachable, show_contact, whole
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.standing import Standing, standings
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactWhole, IdentifierSeen
from entrypoints.explaining import explained
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.errors import MessageRefused
from ledger.events.identifier import OptedOut, Subscribed
from ledger.events.scope import covers, trimmed
from ledger.events.vocabulary import CHANNELS_OF, PURPOSES
from schemas.message import SCOPE

router = pages_router()
Editor = Annotated[View, Depends(looking("act"))]
OBTAINED: Final = ("written", "spoken", "form", "other")
"""How the person agreed."""
_LONGEST: Final = 500
_MADE: Final = (Subscribed.NAME, OptedOut.NAME)


class Came(BaseModel):
    """What came of an act at a place: the status now, and what became of the act's event."""

    purpose: str
    consent: str
    sendable: bool
    reasons: list[str]
    became: str | None
    because: str | None


class SubscriptionsPage(BaseModel):
    """Where the contact stands, and what came of the act before."""

    subscriptions: list[Standing]
    came: list[Came]


class Question(BaseModel):
    """The place that is asked for, and what was done there."""

    identifier: UUID | None = None
    channel: str | None = Field(None, max_length=20)
    scope: str | None = Field(None, max_length=400)
    purpose: list[str] = Field(default_factory=list, max_length=3)
    done: str | None = Field(None, max_length=40)


@twins(router, "/{organization}/contacts/{contact_id}/subscriptions")
def subscriptions_page(contact_id: UUID, view: Editor, asked: Annotated[Question, Query()]) -> Response:
    """The form, and what came of the act before."""
    one = whole(view, contact_id)
    typed = {
        "identifier": str(asked.identifier or ""),
        "channel": asked.channel or "",
        "scope": asked.scope or "",
        **{f"purpose.{purpose}": "on" for purpose in asked.purpose},
    }
    return _shown(view, one, typed, {}, _came(view, one, asked), 200, asked.done)


@router.post("/{organization}/contacts/{contact_id}/subscriptions")
def subscribe(contact_id: UUID, view: Editor, form: Form) -> Response:
    """Records the act, or shows the form again with the messages at the fields."""
    one = whole(view, contact_id)
    held = next((held for held in reachable(one) if str(held.id) == form.get("identifier")), None)
    errors = _wrong(view, held, form)
    if errors or held is None:
        return _shown(view, one, form, errors, [], 422)
    body = _body(held, form)
    said = {name: text for name, text in form.items() if name not in ("csrf", "once")}
    try:
        view.hand().bring_in(view.hand().act(body, message_id=once(form), said=said))
    except MessageRefused as refused:
        at = "scope" if "scope" in refused.detail.partition(":")[0] else "what"
        return _shown(view, one, form, {at: message(refused)}, [], 422)
    place = {"identifier": held.id, "channel": form["channel"], "scope": trimmed(form["scope"].strip())}
    return done(view, one.id, form["what"], "subscriptions", **place, purpose=_purposes(form))


def _wrong(view: View, held: IdentifierSeen | None, form: Mapping[str, str]) -> dict[str, str]:
    """Field → what is wrong with it."""
    errors: dict[str, str] = {}
    scope, reason = form.get("scope", "").strip(), form.get("reason", "").strip()
    if held is None:
        errors["identifier"] = TEXTS["act.no_identifier"]
    elif form.get("channel") not in CHANNELS_OF.get(held.kind or "", ()):
        errors["channel"] = TEXTS["subscribe.channel"]
    if not re.fullmatch(SCOPE, scope) or not covers(view.organization, scope):
        errors["scope"] = TEXTS["subscribe.scope"].format(organization=view.organization)
    if not _purposes(form):
        errors["purpose"] = TEXTS["subscribe.purpose"]
    if not reason or len(reason) > _LONGEST or "\0" in reason:
        errors["reason"] = TEXTS["edit.reason"]
    if form.get("what") not in ("subscribe", "unsubscribe"):
        errors["what"] = TEXTS["subscribe.what"]
    elif form["what"] == "subscribe":
        proof = form.get("proof", "").strip()
        if form.get("obtained") not in OBTAINED:
            errors["obtained"] = TEXTS["subscribe.obtained"]
        if not proof or len(proof) > _LONGEST or "\0" in proof:
            errors["proof"] = TEXTS["subscribe.proof"]
        if not form.get("attested"):
            errors["attested"] = TEXTS["subscribe.attested"]
    return errors


def _purposes(form: Mapping[str, str]) -> list[str]:
    return [purpose for purpose in PURPOSES if form.get(f"purpose.{purpose}")]


def _body(held: IdentifierSeen, form: Mapping[str, str]) -> SignUp | OptOut:
    channel, scope = form["channel"], trimmed(form["scope"].strip())
    purposes, reason = tuple(sorted(_purposes(form))), form["reason"].strip()
    if form["what"] == "unsubscribe":
        return OptOut(given(held), channel, scope, purposes, "manual", reason)
    evidence = {
        "reason": reason,
        "obtained": form["obtained"],
        "proof": form["proof"].strip(),
        "attested": TEXTS["subscribe.attest"],
    }
    return SignUp((given(held),), (Subscription(channel, scope, purposes),), "api", evidence=evidence)


def _came(view: View, one: ContactWhole, asked: Question) -> list[Came]:
    """What the act came to, by the log, for each purpose it named."""
    known = asked.identifier in one.identifier_ids and asked.channel and asked.scope
    if asked.done is None or not known or not covers(view.organization, asked.scope or ""):
        return []
    assert asked.identifier is not None
    found = []
    for purpose in (purpose for purpose in PURPOSES if purpose in asked.purpose):
        explanation = view.ledger.answers.explain(
            view.organization, asked.identifier, asked.channel or "", asked.scope or "", purpose
        )
        told = explained(asked.identifier, explanation, values=False)
        mine = [step for step in told.steps if step.event.actor == view.hand().actor and step.event.type in _MADE]
        last = max(mine, key=lambda step: step.event.position, default=None)
        found.append(
            Came(
                purpose=purpose,
                consent=told.status.consent,
                sendable=told.status.sendable,
                reasons=told.status.reasons,
                became=last.became if last is not None else None,
                because=last.because if last is not None else None,
            )
        )
    return found


def _shown(
    view: View,
    one: ContactWhole,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    came: list[Came],
    status: int,
    what: str | None = None,
) -> Response:
    rows = standings(view, one.identifier_ids)
    data = SubscriptionsPage(subscriptions=rows, came=came)
    names = [name for name in Standing.model_fields if not name.endswith("_cause")]
    table: list[list[Any]] = [[row.model_dump(mode="json")[name] for name in names] for row in rows]
    held = reachable(one)
    return show_contact(
        view,
        one,
        "subscriptions",
        "contact/subscriptions.html",
        data,
        (names, [[" ".join(cell) if isinstance(cell, list) else cell for cell in row] for row in table]),
        status=status,
        typed=typed,
        errors=errors,
        what=what,
        reachable=held,
        channels=sorted({channel for one in held for channel in CHANNELS_OF.get(one.kind or "", ())}),
        scopes=sorted({row.scope for row in rows} | {view.organization}),
        purposes=PURPOSES,
        obtained=OBTAINED,
        once=uuid4(),
    )
