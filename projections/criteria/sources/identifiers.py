"""Which identifiers the person has, and how many."""

from typing import ClassVar, Final, Literal

from pydantic import Field

from ledger.events.vocabulary import CHANNELS_OF, KINDS
from projections.criteria.criterion import Asking, Criterion, Held
from projections.criteria.marked import found_by, has

Kind = Literal[KINDS]  # type: ignore[valid-type]
_LISTED: Final = {"email": "c.emails", "phone": "c.phones", "external_id": "c.external_ids"}
_HELD: Final = """(
    SELECT count(*) FROM identifiers i
    WHERE i.id = ANY (c.identifier_ids) AND i.kind = %(kind)s AND NOT i.erased
)"""
_MANY: Final = {"at_least": " >= %(number)s", "at_most": " <= %(number)s", "exactly": " = %(number)s"}


class IdentifiersCriterion(Criterion):
    """The person has so many identifiers of the kind; without a number: at least one."""

    PLACE: ClassVar[int] = 50
    source: Literal["identifiers"] = "identifiers"
    kind: Kind = Field("email", examples=["phone"])
    has: Literal["at_least", "at_most", "exactly"] = Field("at_least", examples=["at_least"])
    number: int = Field(1, ge=0, le=1_000, examples=[2])

    def marked_by(self, _asking: Asking) -> Held | None:
        return Held("marks", [self.kind]) if self._is_mark else None

    def condition(self, asking: Asking) -> str:
        if self._is_mark:
            return has(asking, Held("marks", [self.kind]))
        listed = _LISTED.get(self.kind)
        many = f"cardinality({listed})" if listed else _HELD
        return asking.sql(many + _MANY[self.has], kind=self.kind, number=self.number)

    def found_by(self, asking: Asking) -> str | None:
        """Who has none is found by no index; who has some is marked, where the kind can be reached."""
        some = self.number > 0 and self.has != "at_most"
        return found_by(asking, Held("marks", [self.kind])) if some and CHANNELS_OF[self.kind] else None

    @property
    def _is_mark(self) -> bool:
        return self.has == "at_least" and self.number == 1 and bool(CHANNELS_OF[self.kind])
