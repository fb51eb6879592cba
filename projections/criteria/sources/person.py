"""What kind of person it is (L12-L15)."""

from typing import ClassVar, Literal

from pydantic import Field

from projections.criteria.criterion import Asking, Criterion


class TypeCriterion(Criterion):
    """Subscriber, unsubscriber, purchaser or anonymous."""

    PLACE: ClassVar[int] = 80
    source: Literal["type"] = "type"
    type: Literal["subscriber", "unsubscriber", "purchaser", "anonymous"] = Field(examples=["subscriber"])

    def condition(self, asking: Asking) -> str:
        return asking.sql("c.type = %(type)s", type=self.type)

    def found_by(self, asking: Asking) -> str | None:
        return asking.sql(
            "SELECT id FROM all_contacts WHERE organization = %(organization)s AND deleted IN (true, false)"
            " AND type = %(type)s",
            type=self.type,
        )
