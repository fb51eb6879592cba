"""What a field of the profile says: a system field or one the organization defined (S29, S30, P4)."""

import re
from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from projections.contact_facts import LONGEST, fact
from projections.criteria.criterion import Asking, Criterion, Held
from projections.criteria.marked import found_by

_TEXT: Final = "lower(c.profile ->> %(field)s)"
_IS: Final = """CASE jsonb_typeof(c.profile -> %(field)s)
    WHEN 'array' THEN EXISTS (
        SELECT FROM jsonb_array_elements_text(c.profile -> %(field)s) AS one
        WHERE lower(one) = lower(%(value)s) OFFSET 0
    )
    ELSE lower(c.profile ->> %(field)s) = lower(%(value)s)
END"""
_NUMBER: Final = """CASE jsonb_typeof(c.profile -> %(field)s)
    WHEN 'number' THEN (c.profile ->> %(field)s)::numeric
END"""
_EMPTY: Final = "(coalesce(c.profile ->> %(field)s, '') IN ('', '[]'))"
_VALUED: Final = ("is", "contains", "begins", "above", "below", "after", "before")


class ProfileCriterion(Criterion):
    """A field of the profile compared with a value. Upper and lower case are one; of a list, one member must be so.

    `above` and `below` compare numbers, `after` and `before` dates, as 2026-01-31.
    """

    PLACE: ClassVar[int] = 10
    TYPED: ClassVar[frozenset[str]] = frozenset({"value"})
    source: Literal["profile"] = "profile"
    field: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="code of the field", examples=["city"])
    test: Literal["is", "contains", "begins", "above", "below", "after", "before", "filled", "empty"] = Field(
        "is", examples=["is"]
    )
    value: str | None = Field(None, min_length=1, max_length=200, examples=["Ulm"])

    @model_validator(mode="after")
    def _fits(self) -> "ProfileCriterion":
        if self.test in _VALUED and self.value is None:
            raise ValueError(f"value: say with what to compare; the test `{self.test}` needs it")
        if self.test in ("above", "below") and not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", self.value or ""):
            raise ValueError("value: give a number, as 12.5")
        if self.test in ("after", "before") and not re.fullmatch(r"\d{4}-\d\d-\d\d", self.value or ""):
            raise ValueError("value: give a day, as 2026-01-31")
        if self.value is not None and "\0" in self.value:
            raise ValueError("value: text without NUL characters")
        return self

    def marked_by(self, _asking: Asking) -> Held | None:
        """Of a longer value only the beginning is kept as a fact."""
        exact = self.test == "is" and self.value is not None and len(self.value.lower()) < LONGEST
        return Held("facts", [fact(self.field, self.value or "")]) if exact else None

    def condition(self, asking: Asking) -> str:
        value = self.value or ""  # made lower where the profile is: Python's lower case of some letters is another
        match self.test:
            case "is":
                return asking.sql(_IS, field=self.field, value=value)
            case "contains":
                return asking.sql(f"strpos({_TEXT}, lower(%(value)s)) > 0", field=self.field, value=value)
            case "begins":
                return asking.sql(f"starts_with({_TEXT}, lower(%(value)s))", field=self.field, value=value)
            case "above" | "below":
                sign = ">" if self.test == "above" else "<"
                return asking.sql(f"({_NUMBER}) {sign} %(value)s::numeric", field=self.field, value=value)
            case "after" | "before":
                sign = ">" if self.test == "after" else "<"
                return asking.sql(f"left({_TEXT}, 10) {sign} %(value)s", field=self.field, value=value)
            case "filled":
                return asking.sql(f"NOT {_EMPTY}", field=self.field)
            case "empty":
                return asking.sql(_EMPTY, field=self.field)

    def found_by(self, asking: Asking) -> str | None:
        """Facts are written as Python writes them, so only what is asked as text and is short leads there."""
        if self.test != "is" or self.value is None:
            return None
        return found_by(asking, Held("facts", [fact(self.field, self.value)]))
