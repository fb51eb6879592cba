"""What the fields of a form say, read one by one; each that cannot be read is refused by its name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View
from ledger.errors import MessageRefused

LONGEST_REASON: Final = 500


def moment(view: View, name: str, text: str | None) -> datetime | None:
    """A day or moment that was typed, in the viewer's zone where it names none. Raises MessageRefused."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise MessageRefused("invalid-request", f"{name}: {TEXTS['form.moment']}") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=view.appearance.zone)


def local(view: View, at: datetime | None) -> str:
    """A moment as a field of a form holds it, to the second in the viewer's zone."""
    return f"{at.astimezone(view.appearance.zone):%Y-%m-%dT%H:%M:%S}" if at is not None else ""


def named_id(form: Mapping[str, str], name: str) -> UUID:
    """An id that a form names. Raises MessageRefused."""
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise MessageRefused("invalid-request", f"{name}: must be an id") from None


def once(form: Mapping[str, str]) -> str:
    """The id a form was given when it was rendered: sent twice it is one act. Raises MessageRefused."""
    try:
        return str(UUID(form.get("once", "")))
    except ValueError:
        raise MessageRefused("invalid-request", TEXTS["form.once"]) from None


def given_reason(form: Mapping[str, str]) -> str:
    """Why somebody does this. Raises MessageRefused where it is not said."""
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON or "\0" in reason:
        raise MessageRefused("invalid-request", say("form.no_reason", number=LONGEST_REASON))
    return reason


def long_enough(form: Mapping[str, str], name: str, shortest: int) -> None:
    """Raises MessageRefused where what is searched for is shorter than a search can be; nothing is no search."""
    if 0 < len(form.get(name, "").strip()) < shortest:
        raise MessageRefused("invalid-request", say("form.search_short", number=shortest))
