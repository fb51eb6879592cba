"""What other rules of identity come to: the people there are who would break them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from entrypoints.forecast_telling import Found, Told
from entrypoints.identity import breakers
from entrypoints.wiring import Service
from ledger.rules.identity_rules import IdentityRules
from projections import counters


def question(rules: IdentityRules) -> dict[str, Any]:
    """The rules as a forecast keeps them: what names nobody by keyed ids only."""
    keyed = {name: sorted(map(str, getattr(rules, name))) for name in ("blocked", "patterns")}
    return {**asdict(rules), **keyed}


def rules_of(question: Mapping[str, Any]) -> IdentityRules:
    """The rules that it asks about."""
    keyed = {name: frozenset(map(UUID, question[name])) for name in ("blocked", "patterns")}
    return IdentityRules(**{**question, **keyed, "shapes": tuple(question["shapes"])})


def foresee(
    ledger: Service, organization: str, question: Mapping[str, Any], told: Told, found: Found
) -> dict[str, Any]:
    """Each person who would break a rule is `found`, by its id; the result counts them by rule."""
    with ledger.reading.connection() as connection:
        counted = counters.people(connection, organization)
    everyone = counted.get("all", 0) + counted.get("deleted", 0)
    by_rule = {"limit": 0, "blocked": 0}
    people: set[UUID] = set()

    def looked_at(number: int) -> None:
        told(min(number / everyone, 1.0) if everyone else 1.0)

    for one in breakers(ledger, organization, rules_of(question), looked_at):
        found(one.model_dump(mode="json", exclude={"values"}))
        by_rule[one.rule] += 1
        people.add(one.person_id)
    return {"everyone": everyone, "people": len(people), "by_rule": by_rule}
