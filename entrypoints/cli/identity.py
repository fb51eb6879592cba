"""How identifiers are rolled up into people: show, set, check."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, progress, rows, say

if TYPE_CHECKING:
    from entrypoints.identity import Breaker
    from entrypoints.wiring import Service
    from ledger.rules.identity_rules import IdentityRules

app = typer.Typer(no_args_is_help=True, help="How identifiers are rolled up into people.")

_Limits = Annotated[list[str] | None, typer.Option("--limit", help="kind=number, the most a person may hold.")]
_SHOWN = 50


@app.command()
def show(organization: options.Organization, json: options.Json = False) -> None:
    """The rules in force.

    Example: contact-ledger identity show -o acme
    """
    from entrypoints.identity import seen
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = seen(ledger, organization)
    if json:
        as_json(found)
        return
    facts(f"Identity in {organization}", [(name, _said(value)) for name, value in found.model_dump().items()])


@app.command("set")
def set_(
    organization: options.Organization,
    preset: Annotated[str | None, typer.Option(help="Begin from listrak, connectif or yespo.")] = None,
    roll_up: Annotated[list[str] | None, typer.Option(help="kind=automatic or kind=candidates.")] = None,
    other_email: Annotated[
        str | None, typer.Option(help="A browser with another e-mail: roll_up or new_contact.")
    ] = None,
    limits: _Limits = None,
    most: Annotated[int | None, typer.Option(help="The most identifiers of one person.")] = None,
    block: Annotated[
        list[str] | None, typer.Option(help="kind:value or kind:begin* or kind:*end; `-` reads lines.")
    ] = None,
    unblock: Annotated[list[str] | None, typer.Option(help="The same, to take it back.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the people who break the rules.")] = False,
    json: options.Json = False,
) -> None:
    """Change the rules; what is left out stays, and so do people that exist: --dry-run lists who breaks the rules.

    Example: contact-ledger identity set -o acme --preset yespo --block "email:info@*" --dry-run
    """
    from entrypoints.acting import Hand
    from entrypoints.identity import named, proposed, set_rules
    from entrypoints.wiring import opened
    from ledger.acts.settings import IdentityRulesChange

    change = IdentityRulesChange(
        preset,
        _pairs(roll_up, "--roll-up"),  # type: ignore[arg-type]
        other_email,  # type: ignore[arg-type]
        {kind: _number(value) for kind, value in _pairs(limits, "--limit").items()},
        most,
        named(_lines(block)),
        named(_lines(unblock)),
    )
    with opened(within=organization) as ledger:
        if dry_run:
            _list(ledger, organization, proposed(ledger, organization, change), json)
            return
        is_new = set_rules(Hand(ledger, organization), change)
    if json:
        as_json({"changed": is_new})
    else:
        say("the rules are set" if is_new else "the rules are so already")


@app.command()
def check(organization: options.Organization, json: options.Json = False) -> None:
    """List everybody who breaks the rules in force: who came together before they were tightened.

    Example: contact-ledger identity check -o acme --json
    """
    from entrypoints.identity import in_force
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        _list(ledger, organization, in_force(ledger, organization), json)


def _list(ledger: "Service", organization: str, rules: "IdentityRules", json: bool) -> None:
    """Lines of JSON as they are found; or a table of the first."""
    import orjson

    from entrypoints.identity import breakers

    found: list[Breaker] = []
    count = 0
    with progress() as display:
        task = display.add_task("people", total=None)
        for one in breakers(ledger, organization, rules, lambda people: display.update(task, completed=people)):
            count += 1
            if json:
                sys.stdout.write(orjson.dumps(one.model_dump()).decode() + "\n")
            elif len(found) < _SHOWN:
                found.append(one)
    if json:
        return
    rows(
        f"People of {organization} who break the rules",
        ["person", "kind", "count", "limit", "rule", "values"],
        [(str(one.person_id), one.kind, one.count, one.limit, one.rule, ", ".join(one.values)) for one in found],
        empty="Nobody.",
    )
    if count > len(found):
        say(f"{count - len(found):,} more; --json lists all")


def _said(value: object) -> str:
    """A value of the rules as people read it."""
    match value:
        case dict():
            return "\n".join(f"{name} {_said(one)}" for name, one in value.items()) or "none"
        case list():
            return ", ".join(value)
        case _:
            return str(value)


def _lines(texts: list[str] | None) -> list[str]:
    return [
        line for text in texts or () for line in (sys.stdin.read().split("\n") if text == "-" else [text]) if line
    ]


def _pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for text in texts or ():
        kind, sign, value = text.partition("=")
        if not sign:
            raise typer.BadParameter(f"{option} reads kind=value")
        found[kind] = value
    return found


def _number(text: str) -> int:
    if not text.isdecimal():
        raise typer.BadParameter("--limit reads kind=number")
    return int(text)
