"""What a source of criteria is: the fields that may be asked, and the SQL that says whom they fit.

A new source is one file in `sources`, and its words in the console's catalogue.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field


@dataclass(slots=True)
class Known:
    """What is known of the people asked for, so that no second question finds it out again; it grows.

    `people`: as `counters.people` counts them. `reckoned`: how many rows a statement has, as the planner said.
    `fits`: about how many fit, as a walk through the list showed.
    """

    people: Mapping[str, int] | None = None
    reckoned: dict[str, float] = field(default_factory=dict)
    fits: float = 0.0


class Asking:
    """One question to the tables: gathers the values of its pieces of SQL, under names of their own."""

    def __init__(self, organization: str, now: datetime, known: Known | None = None) -> None:
        self.now = now
        self.known = known or Known()
        self.organization = organization
        self.values: dict[str, Any] = {"organization": organization}
        self._numbers = count(1)

    def sql(self, piece: str, **values: object) -> str:
        """The piece, its `%(name)s` made unlike those of every other piece."""
        number = next(self._numbers)
        for name, value in values.items():
            self.values[f"{name}_{number}"] = value
            piece = piece.replace(f"%({name})s", f"%({name}_{number})s")
        return piece


@dataclass(frozen=True, slots=True)
class Held:
    """Names in an array of `contact_search`, of which a person has at least one, or with `none` has none.

    Names of marks and facts are looked for within the organization; those of consents say theirs themselves.
    """

    column: Literal["marks", "facts", "consents"]
    names: Sequence[str]
    none: bool = False


class Criterion(BaseModel):
    """Base of the sources. Fields are flat, so that JSON, an address and a form without scripts can hold them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    PLACE: ClassVar[int] = 100
    """Where the console offers it: lower is earlier."""
    TYPED: ClassVar[frozenset[str]] = frozenset()
    """Fields with what somebody typed, which may be personal: in no address unsealed."""

    @property
    def typed(self) -> bool:
        return any(getattr(self, name) is not None for name in self.TYPED)

    def elsewhere(self, _organization: str) -> str | None:
        """The field that names what can only be another organization's; None where all can be of this one."""
        return None

    @abstractmethod
    def condition(self, asking: Asking) -> str:
        """SQL, true for the rows `c` of `all_contacts` that fit. No subquery the planner could turn into a join."""

    def found_by(self, _asking: Asking) -> str | None:
        """A query of the ids of all people who fit, and few others, by an index; None where there is none."""
        return None

    def marked_by(self, _asking: Asking) -> Held | None:
        """What `contact_search` keeps of exactly those who fit; None where it takes more to say."""
        return None

    def signed_by(self, asking: Asking) -> Held | None:
        """What `contact_search` keeps of all who fit, and perhaps of others."""
        return self.marked_by(asking)

    def dated(self, _asking: Asking) -> str | None:
        """SQL, true for the rows `w` of the list's index of all who fit; None where its moments say nothing."""
        return None


class Spanned(Criterion):
    """A source that may ask for a span of time; what is given must all hold. Days are UTC's."""

    within_days: int | None = Field(None, ge=1, le=36_500, description="in so many days before now")
    older_than_days: int | None = Field(None, ge=1, le=36_500, description="longer ago than so many days")
    from_day: date | None = Field(None, description="on this day or later")
    until_day: date | None = Field(None, description="on this day or earlier")

    @property
    def has_span(self) -> bool:
        return any(getattr(self, name) is not None for name in Spanned.model_fields)

    def span(self, asking: Asking, column: str) -> str:
        """Whether the moment in the column lies in the span; false where there is none."""
        until = [asking.now - timedelta(days=self.older_than_days)] if self.older_than_days else []
        until += [_midnight(self.until_day + _DAY)] if self.until_day and self.until_day < date.max else []
        return asking.sql(
            _SPAN.replace("@", column),
            since=self._since(asking),
            until=min(until, default="infinity"),
        )

    def reached(self, asking: Asking, column: str) -> str:
        """Whether the latest of several moments is not before the span, as it is where one of them lies in it."""
        return asking.sql(f"{column} >= %(since)s::timestamptz", since=self._since(asking))

    def _since(self, asking: Asking) -> datetime | str:
        since = [asking.now - timedelta(days=self.within_days)] if self.within_days else []
        since += [_midnight(self.from_day)] if self.from_day else []
        return max(since, default="-infinity")


_DAY: Final = timedelta(days=1)
_SPAN: Final = "(@ >= %(since)s::timestamptz AND @ < %(until)s::timestamptz)"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
