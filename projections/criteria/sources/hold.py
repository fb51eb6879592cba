"""What holds messages back: pauses, blocks and bans, anywhere in the organization."""

from typing import ClassVar, Literal

from pydantic import Field

from projections.criteria.criterion import Asking, Criterion
from projections.criteria.marked import found_by_mark, has_mark


class HoldCriterion(Criterion):
    """An identifier of the person is paused, blocked or banned somewhere."""

    PLACE: ClassVar[int] = 40
    source: Literal["hold"] = "hold"
    hold: Literal["paused", "blocked", "banned"] = Field(examples=["banned"])

    def marked_by(self) -> tuple[Literal["marks", "facts"], str] | None:
        return "marks", self.hold

    def condition(self, asking: Asking) -> str:
        return has_mark(asking, self.hold)

    def found_by(self, asking: Asking) -> str | None:
        return found_by_mark(asking, self.hold)
