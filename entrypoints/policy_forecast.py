"""What adopting a policy, or comparing two, comes to: whose status differs, and by which rules."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson

from entrypoints import policies
from entrypoints.forecast_telling import Found, Told
from entrypoints.policies import CURRENT, Counts
from entrypoints.wiring import Service
from ledger.acts.settings import PolicyAdoption
from ledger.comparison import Comparison
from ledger.rules.difference import Answer, Change
from ledger.rules.policy import Policies

MOST_REASONS: Final = 60
"""Kinds of difference that are told apart, those of most statuses first."""


def adoptable(question: Mapping[str, Any]) -> bool:
    """Whether what it compares the organization's own history with is something that can be adopted."""
    return question["before"] == CURRENT and bool(question["adopt"])


def wanted(question: Mapping[str, Any], now: datetime) -> list[PolicyAdoption]:
    """What is to be adopted, as dated now. Raises NotFound, MessageRefused."""
    document = question.get("document")
    named = (
        [policies.written(orjson.dumps(document))] if document else policies.shipped(str(question["after"]), now)
    )
    return policies.dated(named, now)


def comparisons(ledger: Service, organization: str, question: Mapping[str, Any]) -> list[Comparison]:
    """What is to be compared: at once and when each later version comes into force, where something may be adopted.

    Raises NotFound, MessageRefused naming the field.
    """
    now, always = ledger.now(), bool(question["always"])
    if adoptable(question) and not always and not question.get("at"):
        return policies.foreseen(ledger, organization, wanted(question, now))
    known = policies.history(ledger, organization)
    document = question.get("document")
    before = policies.meant(known, str(question["before"]), now, None, always)
    given = orjson.dumps(document) if document else None
    after = policies.meant(known, str(question["after"]), now, given, always)
    at = datetime.fromisoformat(str(question["at"])) if question.get("at") else None
    return [policies.comparison(ledger, organization, before, after, at)]


def made_of(known: Policies) -> str:
    """What tells whether a history is still the one that a forecast was made of."""
    return " ".join(f"{one.policy.version}@{one.adopted_at.isoformat()}" for one in known.adoptions)


def foresee(
    ledger: Service, organization: str, question: Mapping[str, Any], told: Told, found: Found
) -> dict[str, Any]:
    """Each status that differs is `found`; the result counts them at each moment and by what makes them differ."""
    history = made_of(policies.history(ledger, organization))
    asked = comparisons(ledger, organization, question)
    moments: list[dict[str, Any]] = []
    reasons: Counter[tuple[str, ...]] = Counter()
    for number, one in enumerate(asked):
        counts = Counts()

        def progress(part: float, before: int = number) -> None:
            told((before + part) / len(asked))

        for change in policies.compared(ledger, one, counts, workers=1, progress=progress):
            found({"moment": number, **policies.shown(change)})
            reasons[_reason(number, change)] += 1
        moments.append({"at": one.at.isoformat(), **asdict(counts)})
    names = ("moment", "channel", "before", "before_rule", "after", "after_rule")
    told_apart = [
        {**dict(zip(names, key, strict=True)), "moment": int(key[0]), "statuses": number}
        for key, number in reasons.most_common(MOST_REASONS)
    ]
    return {"moments": moments, "reasons": told_apart, "history": history}


def _reason(number: int, change: Change) -> tuple[str, ...]:
    sides = [part for side in (change.before, change.after) for part in (_said(side), side.rule or "")]
    return (str(number), change.channel, *sides)


def _said(side: Answer) -> str:
    return "sendable" if side.sendable else " ".join(side.reasons)
