"""Options that several commands share, and how their text is read."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, get_args
from uuid import UUID

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from entrypoints.roles import Permission, Role
    from entrypoints.scopes import Rule
    from entrypoints.scopes import State as ScopeState
    from ledger.acts.given import Given
    from ledger.store.rejections import State
    from projections.contact_query import Ranking


ROLES = "service, marketer, analyst, auditor or admin."


def moment(text: str) -> datetime:
    """An ISO 8601 moment; one without an offset is taken as UTC. Raises typer.BadParameter where it is none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("an ISO 8601 moment is needed, as 2026-11-02 or 2026-11-02T09:30+01:00") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


Organization = Annotated[
    str, typer.Option("--organization", "-o", envvar="LEDGER_ORGANIZATION", help="Code of the organization.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Channel = Annotated[
    str, typer.Option(help="email, sms, mms, whatsapp, viber, voice, web_push, app_push, telegram.")
]
Scope = Annotated[str | None, typer.Option(help="organization/merchant/sender/list; absent: the organization.")]
Purpose = Annotated[str, typer.Option(help="marketing, cart or transactional.")]
At = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="TIME", help="The moment asked about, in ISO 8601; absent: now."),
]
KnownAt = Annotated[
    datetime | None, typer.Option(parser=moment, metavar="TIME", help="As the ledger knew it then; absent: now.")
]
IdentifierId = Annotated[UUID | None, typer.Option("--identifier", help="Id of the identifier.")]
Kind = Annotated[str | None, typer.Option(help="Kind of the identifier: email, phone, external_id, …")]
Value = Annotated[
    str | None,
    typer.Option(help="Its value; `-` reads it from standard input, so that it shows in no process list."),
]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show e-mails, phones and names in full.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file that is there already.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this only what would be done is shown.")]


def new_file(option: str, file: "Path | None", *, overwrite: bool) -> None:
    """Raises typer.BadParameter where writing the file would replace one that was not to be; a pipe is none."""
    if file is not None and file.is_file() and not overwrite:
        raise typer.BadParameter(f"{option}: the file is there already; --overwrite replaces it")


def asked(identifier: UUID | None, kind: str | None, value: str | None) -> "Given | UUID":
    """The identifier that the options name. Raises typer.BadParameter where they name none, or not one."""
    from consumers.translators.translation import given_value
    from ledger.errors import MessageRefused
    from ledger.events.vocabulary import KINDS

    if identifier is not None and kind is None and value is None:
        return identifier
    if identifier is not None or kind is None or value is None:
        raise typer.BadParameter("give either --identifier, or --kind and --value")
    if kind not in KINDS:
        raise typer.BadParameter(f"--kind is one of {', '.join(KINDS)}")
    try:
        return given_value(kind, sys.stdin.readline().rstrip("\r\n") if value == "-" else value, "--value")
    except MessageRefused as refused:
        raise typer.BadParameter(refused.detail) from None


def place(
    organization: str, channel: str, scope: str | None, purpose: str, asked: "Given | UUID"
) -> tuple[str, str, str]:
    """(channel, scope, purpose) as asked. Raises typer.BadParameter where they do not go together."""
    from ledger.events.scope import readable_prefix
    from ledger.events.vocabulary import CHANNELS, CHANNELS_OF, PURPOSES

    channels = CHANNELS if isinstance(asked, UUID) else CHANNELS_OF[asked.kind]
    if channel not in channels:
        raise typer.BadParameter(f"--channel is one of {', '.join(channels) or 'none: it only names a person'}")
    if purpose not in PURPOSES:
        raise typer.BadParameter(f"--purpose is one of {', '.join(PURPOSES)}")
    read, whole = readable_prefix(scope or organization, organization)
    if not whole:
        raise typer.BadParameter(f"--scope reads {organization}/merchant/sender/list, lower-case codes")
    return channel, read, purpose


def role(text: str) -> "Role":
    """A role by its name. Raises typer.BadParameter."""
    from entrypoints.roles import ROLES

    for known in ROLES:
        if known == text:
            return known
    raise typer.BadParameter(f"a role is one of {', '.join(ROLES)}")


def permission(text: str) -> "Permission":
    """A permission by its name. Raises typer.BadParameter."""
    from entrypoints.roles import Permission

    for known in get_args(Permission):
        if known == text:
            return known  # type: ignore[no-any-return]
    raise typer.BadParameter(f"a permission is one of {', '.join(get_args(Permission))}")


def state(text: str) -> "State | None":
    """A rejection's state by its name, None for any. Raises typer.BadParameter."""
    match text:
        case "open" | "replayed" | "dropped":
            return text
        case "any":
            return None
        case _:
            raise typer.BadParameter("--state is open, replayed, dropped or any")


def scope_state(text: str) -> "ScopeState":
    """Which scopes are listed. Raises typer.BadParameter."""
    match text:
        case "active" | "retired" | "any":
            return text
        case _:
            raise typer.BadParameter("--state is active, retired or any")


def ranking(text: str) -> "Ranking":
    """By what people are ranked. Raises typer.BadParameter."""
    match text:
        case "updated" | "created" | "earliest" | "deleted":
            return text
        case _:
            raise typer.BadParameter("--ranked is updated, created, earliest or deleted")


def unknown_rule(text: str) -> "Rule":
    """What becomes of grants at unknown scopes. Raises typer.BadParameter."""
    match text:
        case "accept" | "refuse":
            return text
        case _:
            raise typer.BadParameter("a rule is accept or refuse")
