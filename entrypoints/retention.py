"""For how long an organization keeps what need not be kept for ever."""

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.settings import RetentionRule
from ledger.rules import retention as rules


class Retention(BaseModel):
    """How long one kind of thing is kept."""

    subject: str
    days: int | None = Field(description="null: for ever")
    least: int = Field(description="the fewest days it may be set to")


def listed(ledger: Service, organization: str) -> list[Retention]:
    """Every subject there is."""
    stream = ledger.ids.organization(organization)
    found = rules.retention(ledger.reading.read([stream])[stream])
    return [Retention(subject=one, days=found.get(one), least=least) for one, least in rules.LEAST_DAYS.items()]


def set_days(hand: Hand, subject: str, days: int) -> bool:
    """Sets how many days a subject is kept; False where it is so. Raises MessageRefused."""
    return hand.record(RetentionRule(subject, days))
