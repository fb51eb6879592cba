"""What the person subscribed to, on which channel, where, and since when."""

from typing import ClassVar, Final, Literal

from pydantic import Field

from ledger.events.vocabulary import CHANNELS
from projections.criteria.criterion import Asking, Spanned

Channel = Literal[CHANNELS]  # type: ignore[valid-type]
_BELOW: Final = " AND (s.scope = %(place)s OR starts_with(s.scope, %(below)s))"
_THERE: Final = """EXISTS (
    SELECT FROM channel_status s
    WHERE s.channel IN (%(channel)s, '*') AND s.identifier_id = ANY (c.identifier_ids)
      AND s.consent = %(state)s{more} OFFSET 0
)"""
_SAID: Final = """EXISTS (
    SELECT FROM channel_status s
    WHERE s.channel IN (%(channel)s, '*') AND s.identifier_id = ANY (c.identifier_ids)
      AND s.consent <> 'never'{more} OFFSET 0
)"""
_PEOPLE: Final = """
SELECT a.person_id FROM channel_status s
    JOIN identifiers i ON i.id = s.identifier_id JOIN contact_aliases a ON a.contact_id = i.contact_id
WHERE s.organization = %(organization)s AND s.channel IN (%(channel)s, '*') AND s.consent = %(state)s{more}
  AND s.scope IN (
    SELECT scope FROM status_counters
    WHERE organization = %(organization)s AND channel IN (%(channel)s, '*') AND consent = %(state)s
      AND (scope = %(place)s OR starts_with(scope, %(below)s))
  )
"""
_ANYWHERE: Final = "c.subscriptions @? %(path)s::jsonpath"


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

    def condition(self, asking: Asking) -> str:
        if self.state == "never":
            said = asking.sql(_SAID.replace("{more}", self._where(asking)), channel=self.channel)
            return f"NOT {said}"
        if self.place is None and not self.has_span:
            return asking.sql(_ANYWHERE, path=self._path)
        return asking.sql(_THERE.replace("{more}", self._more(asking)), channel=self.channel, state=self.state)

    def found_by(self, asking: Asking) -> str | None:
        if self.place is None or self.state == "never":
            return None
        span = f" AND {self.span(asking, 's.consent_since')}" if self.has_span else ""
        return asking.sql(
            _PEOPLE.replace("{more}", span),
            channel=self.channel,
            state=self.state,
            place=self.place,
            below=f"{self.place}/",
        )

    @property
    def _path(self) -> str:
        return f'$.* ? (@."{self.channel}" == "{self.state}" || @."*" == "{self.state}")'

    def _more(self, asking: Asking) -> str:
        span = f" AND {self.span(asking, 's.consent_since')}" if self.has_span else ""
        return self._where(asking) + span

    def _where(self, asking: Asking) -> str:
        if self.place is None:
            return ""
        return asking.sql(_BELOW, place=self.place, below=f"{self.place}/")
