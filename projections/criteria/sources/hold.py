"""What holds messages back: pauses, blocks and bans, anywhere in the organization."""

from typing import ClassVar, Literal

from pydantic import Field

from projections.criteria.criterion import Asking, Criterion, Held
from projections.criteria.marked import found_by, has


class HoldCriterion(Criterion):
    """An identifier of the person is paused, blocked or banned somewhere."""

    PLACE: ClassVar[int] = 40
    source: Literal["hold"] = "hold"
    hold: Literal["paused", "blocked", "banned"] = Field(examples=["banned"])

    def marked_by(self, _asking: Asking) -> Held:
        return Held("marks", [self.hold])

    def condition(self, asking: Asking) -> str:
        return has(asking, self.marked_by(asking))

    def found_by(self, asking: Asking) -> str | None:
        return found_by(asking, self.marked_by(asking))
