"""Policies: what there is, what another would change, adopting it."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, rows, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrypoints.policies import Counts
    from entrypoints.wiring import Service
    from ledger.acts.settings import PolicyAdoption
    from ledger.comparison import Comparison
    from ledger.rules.difference import Change
    from ledger.rules.policy import Policies

app = typer.Typer(no_args_is_help=True, help="The rules' parameters, dated: list, show, compare, adopt.")

_WHICH = (
    "current (the organization's own history), built-in, a policy that comes with the ledger (us, ca, …), "
    "an adopted version such as us/2026, or a JSON file."
)
_Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that look through the log at once.")]


@app.command("list")
def list_(organization: options.Organization, json: options.Json = False) -> None:
    """Policies the organization has adopted, with their times in force; then those that come with the ledger.

    Example: contact-ledger policy list -o acme
    """
    from entrypoints.policies import history, listed, offered
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        known, now = history(ledger, organization), ledger.now()
    has, comes = listed(known, now), offered()
    if json:
        as_json({"adopted": has, "shipped": comes})
        return
    for title, lines in (("Adopted", has), ("Come with the ledger", comes)):
        columns = ["version", "jurisdiction", "in_force_from", "in_force_until", *(["now"] if lines is has else [])]
        rows(title, columns, [[line.get(column) for column in columns] for line in lines], empty="None.")


@app.command()
def show(
    organization: options.Organization,
    version: Annotated[
        str, typer.Argument(help="A version such as us/2026 or built-in/1; absent: the one now.")
    ] = "",
    json: options.Json = False,
) -> None:
    """Every parameter of one version, adopted or shipped.

    Example: contact-ledger policy show us/2027 -o acme
    """
    from entrypoints.policies import history, parameters
    from entrypoints.policy_words import in_words
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = parameters(history(ledger, organization), version, ledger.now())
    if json:
        as_json(found)
        return
    said = [(name, in_words(name, value)) for name, value in found["parameters"].items()]
    rows(found["version"], ["parameter", "what it does"], said, empty="None.")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=f"Before: {_WHICH}")],
    after: Annotated[str, typer.Argument(metavar="B", help=f"After: {_WHICH}")],
    organization: options.Organization,
    at: options.At = None,
    always: Annotated[
        bool, typer.Option("--always", help="Judge as if each had always been in force, not only as dated.")
    ] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Only count.")] = False,
    workers: _Workers = 2,
    json: options.Json = False,
) -> None:
    """Everyone whose status policy B would change from what it is under A, and why, a line each; changes nothing.

    Example: contact-ledger policy diff current us -o acme --at 2027-02-01 --json
    """
    from entrypoints.policies import Counts, comparison
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        one, other = (_operand(ledger, organization, which, always) for which in (before, after))
        asked = comparison(ledger, organization, one, other, at)
        counts = Counts()
        for change in _compared(ledger, asked, counts, workers):
            if not summary:
                _print_change(change, json)
    _conclude(counts, asked.at, json and summary)
    if not (counts.statuses or always):
        say("Events are judged by the policy of their own time: --always compares as if each had always held.")


@app.command()
def adopt(
    policy: Annotated[str, typer.Argument(help="A policy that comes with the ledger (us, ca, …), or a JSON file.")],
    organization: options.Organization,
    actor: Annotated[str, typer.Option(help="Who answers for it.")],
    reason: Annotated[str | None, typer.Option(help="Why; kept with the adoption.")] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", parser=options.moment, metavar="TIME", help="In force from; absent: now."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what it would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Adopt without being asked.")] = False,
    workers: _Workers = 2,
    json: options.Json = False,
) -> None:
    """Adopt a policy: first counts whose status it changes when it comes into force, then asks.

    Exit code 1 where it was asked for and not adopted: the answer was no, or there was nobody to ask.

    Example: contact-ledger policy adopt us -o acme --actor person:17
    """
    from dataclasses import asdict, replace

    from entrypoints.acting import COMMAND_LINE
    from entrypoints.policies import adopt as adopt_all
    from entrypoints.policies import dated, foreseen
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        now = ledger.now()
        wanted = dated([replace(one, in_force_from=from_ or one.in_force_from) for one in _named(policy, now)], now)
        counted: list[dict[str, Any]] = []
        for asked in foreseen(ledger, organization, wanted):
            counts = _count(ledger, asked, workers)
            counted.append({"at": asked.at, **asdict(counts)})
            _conclude(counts, asked.at, json=False)
        agreed = not dry_run and (yes or _asked_to_adopt())
        if agreed:
            adopt_all(ledger, organization, wanted, actor=actor, source=COMMAND_LINE, reason=reason)
    versions = [f"{one.policy}/{one.version}" for one in wanted]
    if json:
        as_json({"versions": versions, "adopted": agreed, "changes": counted})
    else:
        say(f"{', '.join(versions)}: {'adopted' if agreed else 'not adopted; --yes adopts without asking'}")
    if not (agreed or dry_run):
        raise typer.Exit(1)


def _asked_to_adopt() -> bool:
    return sys.stdin.isatty() and typer.confirm("Adopt?", err=True)


def _named(policy: str, now: datetime) -> "list[PolicyAdoption]":
    """What is to be adopted: a file's policy, or a shipped one."""
    from entrypoints.policies import shipped, written

    file = Path(policy)
    return [written(file.read_bytes())] if file.is_file() else shipped(policy, now)


def _operand(ledger: "Service", organization: str, which: str, always: bool) -> "Policies":
    """The history that a word on the command line stands for."""
    from entrypoints.policies import history, meant

    file = Path(which)
    document = file.read_bytes() if file.is_file() else None
    return meant(history(ledger, organization), which, ledger.now(), document, always)


def _count(ledger: "Service", asked: "Comparison", workers: int) -> "Counts":
    from entrypoints.policies import Counts

    counts = Counts()
    for _ in _compared(ledger, asked, counts, workers):
        pass
    return counts


def _compared(ledger: "Service", asked: "Comparison", counts: "Counts", workers: int) -> "Iterator[Change]":
    """The changes as they are found, with progress on stderr."""
    from entrypoints.policies import compared

    with progress() as display:
        task = display.add_task("comparing", total=100)

        def told(part: float) -> None:
            display.update(task, completed=int(100 * part))

        yield from compared(ledger, asked, counts, workers=workers, progress=told)


def _print_change(change: "Change", json: bool) -> None:
    """One change: a line of JSON, or of words."""
    import orjson

    from entrypoints.policies import shown

    if json:
        sys.stdout.write(orjson.dumps(shown(change)).decode() + "\n")
        return
    sides = [
        f"{'sendable' if side.sendable else ', '.join(side.reasons)} ({side.rule or '-'}, {side.policy or '-'})"
        for side in (change.before, change.after)
    ]
    place = f"{change.identifier_id} {change.channel} {change.scope} {change.purpose}"
    sys.stdout.write(f"{place}: {' -> '.join(sides)}\n")


def _conclude(counts: "Counts", at: datetime, json: bool) -> None:
    from dataclasses import asdict

    if json:
        as_json({"at": at, **asdict(counts)})
    else:
        say(
            f"at {at:%Y-%m-%d %H:%M}Z: {counts.statuses:,} statuses of {counts.identifiers:,} identifiers differ; "
            f"{counts.become_sendable:,} become sendable, {counts.become_unsendable:,} no longer are"
        )
