"""Editing a contact's profile (S29-S31, P8): each field with its provenance; a second editor is told.

The form carries what it showed. A field that somebody else has changed meanwhile is not covered: both values are
shown at it and the second editor chooses. What is only added to a list is appended, so two who add lose nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Depends, Response
from pydantic import BaseModel

from consumers.translators.translation import given_value
from entrypoints import profiles
from entrypoints.console import profile_typing
from entrypoints.console.form_values import once
from entrypoints.console.one_contact import address, done, message, show_contact, whole
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.profile_typing import NotReadable, as_text
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactWhole
from entrypoints.profiles import FieldSeen, ProfileSeen
from ledger.acts.contact import IdentifierAssignment, ProfileEdit
from ledger.acts.given import Given
from ledger.errors import MessageRefused, NotFound

router = pages_router()
Editor = Annotated[View, Depends(looking("act"))]
_LONGEST_REASON: Final = 500
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_GIVEN: Final = ("external_id", "email", "phone")
"""Kinds of identifiers that are given by hand."""


class EditPage(BaseModel):
    """The profile to be edited."""

    profile: ProfileSeen


@dataclass(slots=True)
class Row:
    """A field of the form: what it holds now, what is typed, and what is wrong with that. `clash`: somebody else
    has changed the field since the form was made."""

    seen: FieldSeen
    now: str
    typed: str
    error: str | None = None
    clash: bool = False
    before: str | None = None
    """What the form showed, where that still is what the typed text is to be held against."""

    @property
    def control(self) -> str:
        """What shows the text whole: a browser empties a day's or a yes-and-no's field of what is not one."""
        if self.seen.value_type in ("list", "map") or "\n" in self.now + self.typed:
            return "lines"
        if self.seen.value_type == "boolean" and {self.now, self.typed} <= {"", "true", "false"}:
            return "boolean"
        days = all(not text or _DAY.fullmatch(text) for text in (self.now, self.typed))
        return "date" if self.seen.value_type == "date" and days else "text"


@dataclass(slots=True)
class Edit:
    """What was typed, judged: the rows to show again, and the edit it comes to where nothing is wrong."""

    rows: list[Row] = field(default_factory=list)
    set: dict[str, Any] = field(default_factory=dict)
    append: dict[str, Any] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    seen: dict[str, UUID | None] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.set or self.append or self.remove)

    @property
    def status(self) -> int:
        """422 where something typed cannot be read, 409 where somebody else was faster, else 200."""
        if any(row.error for row in self.rows):
            return 422
        return 409 if any(row.clash for row in self.rows) else 200


@twins(router, "/{organization}/contacts/{contact_id}/edit")
def edit_page(contact_id: UUID, view: Editor) -> Response:
    """The form, with where each value came from."""
    one = whole(view, contact_id)
    return _shown(view, one, judged(_profile(view, one), {}).rows, 200)


@router.post("/{organization}/contacts/{contact_id}/edit")
def edit(contact_id: UUID, view: Editor, form: Form) -> Response:
    """Records what was changed, or shows the form again with the messages at the fields."""
    one = whole(view, contact_id)
    for _ in range(2):
        found = judged(_profile(view, one), form)
        if found.status != 200:
            return _shown(view, one, found.rows, found.status)
        if found.empty:
            return done(view, one.id, "same")
        body = ProfileEdit(
            contact_id=one.id, set=found.set, append=found.append, remove=tuple(found.remove), seen=found.seen
        )
        try:
            profiles.edit(view.hand(), body)
        except MessageRefused as refused:
            if refused.reason != "edited_meanwhile":
                raise
        else:
            return done(view, one.id, "edit")
    raise MessageRefused("edited_meanwhile", TEXTS["edit.busy"])


@router.post("/{organization}/contacts/{contact_id}/edit/identifier")
def assign(contact_id: UUID, view: Editor, form: Form) -> Response:
    """Gives the contact an identifier, or changes or takes its contact key."""
    one = whole(view, contact_id)
    errors: dict[str, str] = {}
    reason, value = form.get("reason", "").strip(), form.get("value", "").strip()
    instead_of = next((held.id for held in one.identifiers if str(held.id) == form.get("instead_of")), None)
    given: Given | None = None
    if not reason or len(reason) > _LONGEST_REASON or "\0" in reason:
        errors["reason"] = TEXTS["edit.reason"]
    if value:
        try:
            given = given_value(_kind(form), value, "value")
        except MessageRefused as refused:
            errors["value"] = message(refused)
    elif instead_of is None:
        errors["value"] = TEXTS["edit.no_value"]
    if not errors:
        body = IdentifierAssignment(one.id, given, instead_of, reason)
        try:
            said = {"contact": one.id, "value": value, "instead_of": instead_of}
            view.hand().bring_in(view.hand().act(body, message_id=once(form), said=said))
        except MessageRefused as refused:
            errors["value"] = message(refused)
        else:
            return done(view, one.id, "identifier")
    rows = judged(_profile(view, one), {}).rows
    return _shown(view, one, rows, 422, {**form}, errors, _other(view, one, given) if errors.get("value") else None)


def judged(profile: ProfileSeen, form: Mapping[str, str]) -> Edit:
    """What the form asks of this profile. A field that it does not carry, or that it left as it was, stays."""
    found = Edit()
    for one in profile.fields:
        now = as_text(one.now.value) if one.now is not None else ""
        row = Row(one, now, now)
        found.rows.append(row)
        code = one.field
        if one.retired or f"v.{code}" not in form or form.get(f"pick.{code}") == "theirs":
            continue
        typed, was = _tidy(form[f"v.{code}"]), _tidy(form.get(f"was.{code}", now))
        asked_to_choose = f"clash.{code}" in form and f"pick.{code}" not in form
        if typed == _tidy(now) or (typed == was and f"clash.{code}" not in form):
            continue
        row.typed = typed
        try:
            value = profile_typing.read(code, one.value_type, typed)
        except NotReadable as unreadable:
            row.error, row.before = str(unreadable), was
            continue
        added = _added(was, typed) if one.value_type == "list" else []
        row.clash = not added and (was != _tidy(now) or asked_to_choose)
        if not row.clash:
            row.before = was
            _take(found, one, value, added)
    return found


def _take(found: Edit, one: FieldSeen, value: Any, added: list[str]) -> None:
    if added:
        found.append[one.field] = added
        return
    found.seen[one.field] = one.newest
    if value is None:
        found.remove.append(one.field)
    elif isinstance(value, list) and one.now is not None and isinstance(one.now.value, list):
        kept = {as_text(entry): entry for entry in one.now.value}
        found.set[one.field] = [kept.get(entry, entry) for entry in value]
    else:
        found.set[one.field] = value


def _added(was: str, typed: str) -> list[str]:
    """The lines that are new, where all that was there still is."""
    before, now = was.split("\n") if was else [], typed.split("\n")
    lines = [line.strip() for line in now if line.strip()]
    return [line for line in lines if line not in before] if set(before) <= set(lines) else []


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _kind(form: Mapping[str, str]) -> str:
    kind = form.get("kind", "")
    if kind not in _GIVEN:
        raise MessageRefused("invalid-request", f"value: the kind is one of {', '.join(_GIVEN)}")
    return kind


def _other(view: View, one: ContactWhole, given: Given | None) -> str | None:
    """Where linking with the contact that holds the identifier is shown first."""
    if given is None:
        return None
    _, holder = view.ledger.answers.holder(view.organization, given)
    if holder is None or holder in one.contact_ids or not view.may("linking"):
        return None
    return address(view, one.id, "links/preview", **{"with": holder})


def _profile(view: View, one: ContactWhole) -> ProfileSeen:
    if not view.values:
        raise NotFound(TEXTS["edit.masked"])
    return profiles.seen(view.ledger, view.organization, one.id, values=True)


def _shown(
    view: View,
    one: ContactWhole,
    rows: list[Row],
    status: int,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    other: str | None = None,
) -> Response:
    seen = [row.seen for row in rows]
    names = ["field", "value", "how", "at", "source", "actor"]
    table = [
        [row.field, as_text(told.value), told.how, told.at.isoformat(), told.source, told.actor]
        for row in seen
        for told in ([row.now] if row.now is not None else []) + row.before
    ]
    return show_contact(
        view,
        one,
        "edit",
        "contact/edit.html",
        EditPage(profile=ProfileSeen(contact_id=one.id, fields=seen)),
        (names, table),
        status=status,
        rows=rows,
        keys=[held for held in one.identifiers if held.kind == "external_id" and held.value],
        typed=typed or {},
        errors=errors or {},
        other=other,
        once=uuid4(),
        as_text=as_text,
    )
