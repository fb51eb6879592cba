"""Erasing a person, and the reports that prove it."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, rows, say

if TYPE_CHECKING:
    from entrypoints.erasing import ErasurePreview
    from entrypoints.erasure_report import ErasureReport

app = typer.Typer(no_args_is_help=True, help="Erasures (GDPR Art. 17): what was asked, and every copy cleared.")

Who = Annotated[UUID | None, typer.Argument(help="Any id of a contact, or an identifier's id.")]
_Dry = Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")]
_Sure = Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")]


def erase(
    organization: options.Organization,
    reason: Annotated[str, typer.Option(help="Why: kept as part of the request's digest only.")],
    request_id: Annotated[str, typer.Option(help="Number of the person's request: it is done once.")],
    who: Who = None,
    kind: options.Kind = None,
    value: options.Value = None,
    actor: Annotated[str, typer.Option(help="Who does it.")] = "contact-ledger/command-line",
    dry_run: _Dry = False,
    yes: _Sure = False,
    json: options.Json = False,
) -> None:
    """Erase a person for good: every contact, identifier, key, rejected message and row of the views.

    Opt-outs, bans and complaints stay in force, without the address.

    Example: contact-ledger erase 5c9d… -o acme --reason "asked by letter" --request-id DSR-17 --dry-run
    """
    from entrypoints.acting import COMMAND_LINE, Hand
    from entrypoints.erasing import erase as erase_person
    from entrypoints.erasing import preview
    from entrypoints.wiring import opened
    from ledger.errors import NotFound

    person = options.asked(who, kind, value)
    with opened(within=organization) as ledger:
        try:
            going = preview(ledger, organization, person)
        except NotFound:
            if dry_run:
                raise
        else:
            if dry_run:
                _show_preview(going, json=json)
                return
            if not yes:
                _show_preview(going, json=False)
                typer.confirm("This cannot be undone. Erase this person?", abort=True, err=True)
        done = erase_person(
            Hand(ledger, organization, COMMAND_LINE, actor), person, request_id=request_id, reason=reason
        )
    _show_report(done, json=json)


@app.command("list")
def list_(
    organization: options.Organization,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    json: options.Json = False,
) -> None:
    """Erasures, newest first.

    Example: contact-ledger erasures list -o acme
    """
    from entrypoints.erasing import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = listed(ledger, organization, limit=limit)
    if json:
        as_json(found)
        return
    rows(
        "Erasures",
        ["request", "recorded", "contacts", "identifiers", "by"],
        [(e.request_id or e.act_id, e.recorded_at, e.contacts, e.identifiers, e.actor or e.source) for e in found],
        empty="Nobody was erased.",
    )


@app.command()
def show(
    organization: options.Organization,
    request: Annotated[str, typer.Argument(help="Request id or act id, as `erasures list` shows them.")],
    json: options.Json = False,
) -> None:
    """Every copy of one erasure: whether and when it was cleared, and what stays by design. Exit code 1 while any
    copy waits.

    Example: contact-ledger erasures show DSR-17 -o acme
    """
    from entrypoints.erasing import shown
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        done = shown(ledger, organization, request)
    _show_report(done, json=json)
    if not done.complete:
        raise typer.Exit(1)


@app.command()
def files(organization: options.Organization, json: options.Json = False) -> None:
    """Files with personal data that commands wrote and that may still be there, newest first.

    Example: contact-ledger erasures files -o acme
    """
    from entrypoints.exports import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = [(where, one.kind, one.written_at) for one, where in listed(ledger, organization)]
    if json:
        as_json([{"where": where, "kind": kind, "written_at": at} for where, kind, at in found])
        return
    rows("Files", ["file", "by", "written"], found, empty="No command wrote any, or they are gone.")


def _show_preview(going: "ErasurePreview", *, json: bool) -> None:
    if json:
        as_json(going)
        return
    apart = ("rows", "staying", "files", "out_of_reach")
    facts("Would go", [(name, value) for name, value in going if name not in apart])
    facts("Rows with values", going.rows.items())
    facts("Stays, without values", going.staying.items())
    rows("Files", ["file", "by", "what"], [(one.where, one.kind, one.said) for one in going.files], empty="")
    for copy in going.out_of_reach:
        say(f"out of reach: {copy}")


def _show_report(done: "ErasureReport", *, json: bool) -> None:
    if json:
        as_json(done.model_dump(by_alias=True))
        return
    facts("Erasure", [pair for pair in done if pair[0] not in ("copies", "remains")])
    rows(
        "Copies",
        ["copy", "state", "cleared", "how"],
        [(one.copy_of, one.state, one.cleared_at, one.how) for one in done.copies],
        empty="",
    )
    rows("Remains", ["what", "count", "why"], [(r.what, r.count, r.why) for r in done.remains], empty="")
