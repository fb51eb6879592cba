"""Whether an identifier can be reached, and since when (Y16-Y23, C6, C7)."""

from typing import ClassVar, Literal

from pydantic import Field

from ledger.events.vocabulary import CHANNELS, CHANNELS_OF
from projections.criteria.criterion import Asking, Held, Spanned
from projections.criteria.marked import found_by, has

Channel = Literal[CHANNELS]  # type: ignore[valid-type]
_KIND_OF = {channel: kind for kind, channels in CHANNELS_OF.items() for channel in channels}
_REACHED = """EXISTS (
    SELECT FROM identifiers i
    WHERE i.id = ANY (c.identifier_ids)
      AND i.deliverability -> %(channel)s ->> 'status' = %(status)s{since} OFFSET 0
)"""
_SINCE = "(i.deliverability -> %(channel)s ->> 'since')::timestamptz"
_WORSE = ("bounced", "complained", "blacklisted")


class DeliverabilityCriterion(Spanned):
    """An identifier of the channel is in this state; a span of time is asked of the moment since when."""

    PLACE: ClassVar[int] = 30
    source: Literal["deliverability"] = "deliverability"
    channel: Channel = Field("email", examples=["email"])
    status: Literal["active", "bounced", "complained", "blacklisted"] = Field(examples=["bounced"])

    def marked_by(self, _asking: Asking) -> Held | None:
        return self._held if self._is_mark else None

    def signed_by(self, _asking: Asking) -> Held | None:
        return self._held if self.status in _WORSE else None

    def condition(self, asking: Asking) -> str:
        if self._is_mark:
            return has(asking, self._held)
        since = f" AND {self.span(asking, _SINCE)}" if self.has_span else ""
        return asking.sql(_REACHED.replace("{since}", since), channel=self.channel, status=self.status)

    def found_by(self, asking: Asking) -> str | None:
        return found_by(asking, self._held) if self.status in _WORSE else None

    @property
    def _is_mark(self) -> bool:
        """Whether a mark says it all: none says since when, nor on which of its channels a phone bounced."""
        one_channel = len(CHANNELS_OF[_KIND_OF[self.channel]]) == 1 or self.status != "bounced"
        return self.status in _WORSE and not self.has_span and one_channel

    @property
    def _held(self) -> Held:
        return Held("marks", [f"{_KIND_OF[self.channel]}.{self.status}"])
