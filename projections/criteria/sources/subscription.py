"""What the person subscribed to, on which channel, where, and since when."""

from typing import ClassVar, Final, Literal

from pydantic import Field

from ledger.events.scope import covers
from ledger.events.vocabulary import ALL, CHANNELS
from projections.contact_consents import STATES, asked, consent_at
from projections.criteria.criterion import Asking, Held, Spanned
from projections.criteria.marked import found_by, has

Channel = Literal[CHANNELS]  # type: ignore[valid-type]
_SINCE: Final = """EXISTS (
    SELECT FROM channel_status s
    WHERE s.channel = %(channel)s AND s.identifier_id = ANY (c.identifier_ids)
      AND s.consent = %(state)s AND (s.scope = %(place)s OR starts_with(s.scope, %(below)s)) AND {span} OFFSET 0
)"""
_FOUND_SINCE: Final = """
SELECT a.person_id AS id FROM channel_status s
    JOIN identifiers i ON i.id = s.identifier_id JOIN contact_aliases a ON a.contact_id = i.contact_id
WHERE s.organization = %(organization)s AND s.channel IN (%(channel)s, '*') AND s.consent = %(state)s AND {span}
  AND s.scope = ANY (ARRAY(
    SELECT DISTINCT scope FROM status_counters
    WHERE organization = %(organization)s AND channel IN (%(channel)s, '*') AND consent = %(state)s
      AND (scope = %(place)s OR starts_with(scope, %(below)s))
  ))
"""


class SubscriptionCriterion(Spanned):
    """The consent on a channel, at a place or below it; without a place: anywhere. `never`: nothing was ever said.

    A span of time is asked of the moment since when it is so.
    """

    PLACE: ClassVar[int] = 20
    source: Literal["subscription"] = "subscription"
    channel: Channel = Field("email", examples=["email"])
    state: Literal["subscribed", "pending", "unsubscribed", "declined", "expired", "never"] = Field(
        examples=["subscribed"]
    )
    place: str | None = Field(
        None,
        pattern=r"^[a-z0-9.-]+(/[a-z0-9.-]+){0,3}$",
        max_length=400,
        description="merchant, sender or list",
        examples=["acme/shop/-/news"],
    )

    def elsewhere(self, organization: str) -> str | None:
        return None if self.place is None or covers(organization, self.place) else "place"

    def marked_by(self, asking: Asking) -> Held | None:
        return None if self.has_span else self._held(asking)

    def signed_by(self, asking: Asking) -> Held:
        return self._held(asking)

    def dated(self, asking: Asking) -> str | None:
        return self.reached(asking, "w.consented_at") if self.has_span and self.state != "never" else None

    def condition(self, asking: Asking) -> str:
        if self.state == "never" or not self.has_span:
            return has(asking, self._held(asking))
        place = self.place or asking.organization
        each = []
        for channel in (self.channel, ALL):
            held = has(asking, Held("consents", [consent_at(channel, self.state, place)]))
            each.append(f"{held} AND {self._in_span(asking, _SINCE, channel)}")
        return f"({self.reached(asking, 'c.consented_at')} AND ({' OR '.join(each)}))"

    def found_by(self, asking: Asking) -> str | None:
        if self.state == "never":
            return None
        if self.has_span:
            return self._in_span(asking, _FOUND_SINCE, self.channel)
        return found_by(asking, self._held(asking))

    def _in_span(self, asking: Asking, piece: str, channel: str) -> str:
        place = self.place or asking.organization
        piece = piece.replace("{span}", self.span(asking, "s.consent_since"))
        return asking.sql(piece, channel=channel, state=self.state, place=place, below=f"{place}/")

    def _held(self, asking: Asking) -> Held:
        never = self.state == "never"
        states = STATES if never else [self.state]
        return Held("consents", asked(self.channel, states, self.place or asking.organization), none=never)
