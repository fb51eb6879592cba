"""How identifiers are rolled up into people: the rules, who would break them once changed, and changing them."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any, Final, get_args

from fastapi import Query, Response

from entrypoints import identity
from entrypoints.api.problems import Problem
from entrypoints.console.pages import twins
from entrypoints.console.refusals import Refused, refusal
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, changed, history, router, show_part
from entrypoints.console.view import View
from entrypoints.identity import Breaker, RulesSeen
from ledger.errors import MessageRefused
from ledger.events.settings import OtherEmail, RollUp
from ledger.events.vocabulary import KINDS
from ledger.rules.identity_rules import PRESETS
from ledger.settings_acts import IdentityRulesChange

MOST_BREAKERS: Final = 1_000
"""People who break the rules that are listed at most."""


class Identity(Part):
    """The rules in force; `breakers` who would break them after the change asked about, where one is."""

    rules: RulesSeen
    breakers: list[Breaker] | None = None


@twins(router, "/{organization}/settings/identity")
def shown(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The rules in force."""
    return _page(view, asked)


@router.post("/{organization}/settings/identity/check")
def check(view: Admin, form: Form) -> Response:
    """Who would break the rules after this change. Changes nothing; what was typed stays."""
    name = _name(form)
    try:
        rules = identity.proposed(view.ledger, view.organization, _change(form))
    except (Problem, MessageRefused) as error:
        return _page(view, Asked(), refusal(name, form, error))
    found = list(islice(identity.breakers(view.ledger, view.organization, rules), MOST_BREAKERS))
    return _page(view, Asked(), Refused(name, form, {}, 200), found)


@router.post("/{organization}/settings/identity")
def change(view: Admin, form: Form) -> Response:
    """Changes the rules. People that exist stay as they are."""

    def act() -> None:
        identity.set_rules(view.hand(), _change(form))

    return changed(view, "identity", _name(form), form, act, lambda refused: _page(view, Asked(), refused))


def _page(
    view: View, asked: Asked, refused: Refused | None = None, breakers: list[Breaker] | None = None
) -> Response:
    rules = identity.seen(view.ledger, view.organization, values=view.values)
    data = Identity(rules=rules, breakers=breakers, history=history(view, "identity"))
    rows = [[kind, rules.roll_up[kind], rules.limits[kind]] for kind in KINDS]
    return show_part(
        view,
        "identity",
        asked,
        data,
        (["kind", "roll_up", "limit"], rows),
        refused=refused,
        kinds=KINDS,
        presets=list(PRESETS),
        roll_ups=get_args(RollUp),
        others=get_args(OtherEmail),
    )


def _name(form: Mapping[str, str]) -> str:
    return "preset" if "preset" in form else "rules"


def _change(form: Mapping[str, str]) -> IdentityRulesChange:
    """What the form asks for, either of the two. Raises MessageRefused."""
    if "preset" in form:
        return IdentityRulesChange(form["preset"])
    said: dict[str, Any] = {kind: form[f"roll_up.{kind}"] for kind in KINDS if f"roll_up.{kind}" in form}
    limits = {kind: _number(form[f"limits.{kind}"], f"limits.{kind}") for kind in KINDS if f"limits.{kind}" in form}
    other = form.get("same_tracker_other_email")
    return IdentityRulesChange(
        None,
        said,
        next((one for one in get_args(OtherEmail) if one == other), None),
        limits,
        _number(form["most"], "most") if "most" in form else None,
        identity.named(_lines(form.get("block", ""))),
        identity.named(_lines(form.get("unblock", ""))),
    )


def _number(text: str, field: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise MessageRefused("limits", f"{field}: a whole number from 1 to 1,000")
    return int(text)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
