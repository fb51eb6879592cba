"""The compliance clock at the terminal: opt-outs from receipt to Kafka, and what is overdue."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, rows, say, shown

if TYPE_CHECKING:
    from entrypoints.compliance import ClockPage, ClockSummary, OptOutSeen, Spread


def clock(
    organization: options.Organization,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their due date.")] = False,
    unclassified: Annotated[
        bool, typer.Option("--unclassified", help="Instead: replies that nobody has understood yet.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(parser=options.moment, metavar="TIME", help="Only what was received then or later."),
    ] = None,
    after: Annotated[str | None, typer.Option(help="The next page: what the page before ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Opt-outs on a page.")] = 50,
    json: options.Json = False,
) -> None:
    """How fast opt-outs are honoured: received, recorded, enforced, published; due within ten business days.

    Example: contact-ledger clock -o acme --overdue
    """
    from entrypoints.compliance import page, summary
    from entrypoints.wiring import opened

    if unclassified:
        _unclassified(organization, after=after, limit=limit, json=json)
        return
    with opened(within=organization) as ledger:
        found = page(ledger, organization, overdue=overdue, since=since, after=after, limit=limit)
        whole = None if after else summary(ledger, organization, since=since)
    if json:
        as_json(found if whole is None else {"summary": whole.model_dump(), **found.model_dump()})
        return
    if whole is not None:
        _print_summary(whole)
    _print_page(found, overdue=overdue)


def _unclassified(organization: str, *, after: str | None, limit: int, json: bool) -> None:
    from entrypoints.replies import page
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = page(ledger, organization, after=after, limit=limit)
    if json:
        as_json(found)
        return
    rows(
        "Replies nobody has understood yet",
        ["received and due", "reply"],
        [
            (
                f"{shown(one.reply.received_at)}\ndue {shown(one.due_at)}{' (overdue)' if one.overdue else ''}",
                f"to {one.reply.sender}\n{one.reply.event_id}",
            )
            for one in found.replies
        ],
        empty="None: every reply is understood.",
    )
    say("`contact-ledger replies list --unmasked` shows their texts, `replies classify` settles one")
    if found.after:
        say(f"more: --after {found.after}")


def _print_summary(whole: "ClockSummary") -> None:
    calendar = whole.calendar
    place = f"{calendar.country}-{calendar.subdivision}" if calendar.subdivision else calendar.country
    facts(
        "Compliance clock",
        [
            ("opt-outs", f"{'the latest ' if whole.more else ''}{whole.opt_outs:,}"),
            ("overdue", whole.overdue),
            ("on their way", whole.waiting),
            ("due", f"in {calendar.business_days} business days of {place}, {calendar.time_zone}"),
            *[(f"received → {stage}", _spread(spread)) for stage, spread in whole.seconds.items()],
        ],
    )


def _print_page(found: "ClockPage", *, overdue: bool) -> None:
    rows(
        "Overdue opt-outs" if overdue else "Opt-outs",
        ["received and due", "opt-out, and after what time it was …"],
        [(_from_to(one.received_at, one.due_at), _what(one)) for one in found.opt_outs],
        empty="None is overdue." if overdue else "No opt-outs.",
    )
    if found.after:
        say(f"more: --after {found.after}")


def _what(one: "OptOutSeen") -> str:
    return f"{one.method}, {one.channel}, {one.scope}\n{_course(one)}\n{one.event_id}"


def _from_to(received: datetime, due: datetime) -> str:
    return f"{shown(received)}\ndue {shown(due)}"


def _course(one: "OptOutSeen") -> str:
    times = {"recorded": one.recorded_at, "enforced": one.enforced_at, "published": one.published_at}
    said = []
    for stage, at in times.items():
        late = " (overdue)" if stage in one.overdue else ""
        if at is not None:
            said.append(f"{stage} {_seconds((at - one.received_at).total_seconds())}{late}")
        else:
            said.append(f"{stage} {'unknown' if stage in one.unknown else 'not yet'}{late}")
    return ", ".join(said)


def _spread(spread: "Spread") -> str:
    figures = {"half": spread.p50, "95 %": spread.p95, "99 %": spread.p99, "all": spread.max}
    return ", ".join(f"{part} within {_seconds(seconds)}" for part, seconds in figures.items())


def _seconds(seconds: float) -> str:
    """A length of time as people say it, to two parts."""
    if seconds < 60:
        return f"{seconds:,.2f} s"
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86400
    return f"{minutes:,.1f} min" if hours < 1 else f"{hours:,.1f} h" if days < 1 else f"{days:,.1f} d"
