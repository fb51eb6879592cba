"""What the list of all contacts is asked for: the state in its address, whom that means, and the same in words."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from entrypoints.console import criteria
from entrypoints.console.lists import refuse_unknown, searched
from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View
from entrypoints.whole_values import searchable
from ledger.errors import MessageRefused
from projections.contact_query import Filter
from projections.people import MARKS

Type = Literal["subscriber", "unsubscriber", "purchaser", "anonymous"]
Ranked = Literal["updated", "created", "earliest"]
Column = Literal["type", "channels", "updated", "created", "source", "id"]
COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
USUAL: Final[tuple[Column, ...]] = ("channels", "updated", "created", "source")
STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "group.email": (
        "email",
        "email.active",
        "email.complained",
        "email.unsubscribed",
        "email.blacklisted",
        "email.pending",
        "email.bounced",
    ),
    "group.phone": (
        "phone",
        "phone.active",
        "phone.unsubscribed",
        "phone.blacklisted",
        "phone.pending",
        "phone.bounced",
    ),
    "group.holds": ("paused", "blocked", "banned"),
}
"""The status filters (Y14-Y23), one of which may be on at a time."""
WITH_DELETED: Final = "email"
"""The status filter that deleted contacts fit too (Y15)."""
PASSING: Final = {"after", "count", "done", "who"}
"""Fields that are said once: the page with something changed begins without them."""
FieldCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Question(BaseModel):
    """The state of the list, as its address has it."""

    model_config = ConfigDict(extra="forbid")

    q: str | None = Field(None, max_length=2_000, description="what was searched for, sealed")
    status: str | None = Field(None, max_length=50)
    type: Type | None = None
    merchant: str | None = Field(None, max_length=200)
    criteria: str | None = Field(None, max_length=12_000, description="as JSON; sealed where somebody typed of it")
    ranked: Ranked = "updated"
    columns: list[Column] = Field(list(USUAL))
    fields: list[FieldCode] = Field([], max_length=20, description="profile fields that are columns")
    build: str | None = Field(None, max_length=50, description="the source of criteria whose form is open")
    after: str | None = Field(None, max_length=200)
    count: bool = Field(False, description="count those who fit, however long that takes")
    limit: int = Field(50, ge=1, le=1_000)
    done: str | None = Field(None, max_length=50, description="what an act in a row has just done")
    who: UUID | None = Field(None, description="to whom")


class Applied(BaseModel):
    """A filter that is on: how it is called, and the field of the address it goes by."""

    name: str
    field: str


def question_of(state: str) -> Question:
    """The state of the list out of a form, which holds the address. Raises MessageRefused."""
    known = {name: held if name in ("columns", "fields") else held[-1] for name, held in parse_qs(state).items()}
    try:
        return Question.model_validate({**known, "after": None, "count": False})
    except ValidationError:
        raise MessageRefused("invalid-request", TEXTS["error.state"]) from None


def filter_of(view: View, asked: Question) -> Filter:
    """Exactly the people of the list on screen, of all its pages. Raises MessageRefused."""
    refuse_unknown(asked, status=MARKS)
    deleted = None if asked.status == WITH_DELETED else False
    root = criteria.read(view, asked.criteria)
    wanted = Filter(searched(view, asked.q), asked.type, asked.status, deleted, asked.ranked, root, view.now)
    return searchable(view.ledger, view.organization, wanted, values=view.values, field="q")


def chosen(view: View, state: str) -> tuple[list[str], Filter]:
    """The filters of a list in this state, in words, and who fits them. Raises MessageRefused."""
    asked = question_of(state)
    wanted = filter_of(view, asked)
    in_words = criteria.shown(wanted.criteria, criteria.field_names(view)) if wanted.criteria is not None else None
    return [one.name for one in applied(asked, wanted.search, in_words)], wanted


def applied(asked: Question, text: str | None, in_words: criteria.Shown | None) -> list[Applied]:
    """The filters that are on: `text` is what was searched for, `in_words` the criteria."""
    found = []
    if text is not None:
        found.append(Applied(name=say("filter.search", text=text), field="q"))
    if asked.status is not None:
        found.append(Applied(name=say("filter.status", name=_status_name(asked.status)), field="status"))
    if asked.type is not None:
        found.append(Applied(name=say("filter.type", name=TEXTS[f"type.{asked.type}"]), field="type"))
    if in_words is not None:
        found.append(Applied(name=say("filter.criteria", text=_sentence(in_words)), field="criteria"))
    return found


def _sentence(node: criteria.Shown) -> str:
    """The criteria in one line: `all of (…; not …; any of (…))`."""
    words = node.text
    if node.joined:
        words = f"{node.text} ({'; '.join(map(_sentence, node.parts))})"
    negated = node.negated and node.joined != "any"
    return f"{say('criteria.not')} {words}" if negated else words


def _status_name(mark: str) -> str:
    group = next((key for key, marks in STATUSES.items() if mark in marks), None)
    name = TEXTS.get(f"status.{mark}", mark)
    return f"{TEXTS[group]}, {name}" if group in ("group.email", "group.phone") and "." in mark else name


def links(view: View, asked: Question) -> Callable[..., str]:
    """Gives the address of the list with changes; the page begins anew unless `after` is among them, uncounted."""
    now = asked.model_dump(exclude_defaults=True, exclude=PASSING)

    def link(**changes: Any) -> str:
        state = {**now, **changes}
        query = urlencode({name: value for name, value in state.items() if value is not None}, doseq=True)
        return f"/console/{view.organization}/contacts" + (f"?{query}" if query else "")

    return link
