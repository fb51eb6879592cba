"""How and from where the person came to be known (Y4, Y24)."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from ledger.events.vocabulary import OPT_OUT_METHODS, SIGNUP_METHODS
from projections.contact_facts import METHOD, SOURCE, fact
from projections.criteria.criterion import Asking, Criterion, Held
from projections.criteria.marked import found_by

_METHODS = tuple(sorted(SIGNUP_METHODS | OPT_OUT_METHODS))
Method = Literal[_METHODS]  # type: ignore[valid-type]


class OriginCriterion(Criterion):
    """The method of the first act about the person, and the service that sent it; at least one is given."""

    PLACE: ClassVar[int] = 70
    TYPED: ClassVar[frozenset[str]] = frozenset({"service"})
    source: Literal["origin"] = "origin"
    method: Method | None = Field(None, examples=["form"])
    service: str | None = Field(None, min_length=1, max_length=200, examples=["shop/web"])

    @model_validator(mode="after")
    def _given(self) -> "OriginCriterion":
        if self.method is None and self.service is None:
            raise ValueError("give a method, a service or both")
        return self

    def marked_by(self, _asking: Asking) -> Held | None:
        return Held("facts", [fact(METHOD, self.method)]) if self.method and self.service is None else None

    def condition(self, asking: Asking) -> str:
        asked = [asking.sql("c.created_method = %(method)s", method=self.method)] if self.method else []
        if self.service:
            asked.append(asking.sql("c.created_source = %(service)s", service=self.service))
        return "(" + " AND ".join(asked) + ")"

    def found_by(self, asking: Asking) -> str | None:
        if self.service:
            return found_by(asking, Held("facts", [fact(SOURCE, self.service)]))
        return found_by(asking, Held("facts", [fact(METHOD, self.method)])) if self.method else None
