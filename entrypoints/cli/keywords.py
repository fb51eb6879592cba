"""Keyword sets: list, show, try, compare, adopt; and reading earlier replies anew."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, progress, rows, say, shown

if TYPE_CHECKING:
    from entrypoints.keywords import Changed, Difference
    from entrypoints.wiring import Service
    from ledger.rules.keywords import KeywordSet

app = typer.Typer(no_args_is_help=True, help="What inbound texts are read by, and reading them anew.")

_Version = Annotated[str, typer.Argument(help="Version of a set, as `keywords list` shows it.")]
_Own = Annotated[
    list[str] | None,
    typer.Option("--word", help="A word to add, as class=word: stop=basta. Give it as often as needed."),
]
_Actor = Annotated[str, typer.Option(help="Who does it.")]
_Loosen = Annotated[bool, typer.Option("--loosen", help="Also readings that grant something or take a stop back.")]


@app.command("list")
def list_(organization: options.Organization, json: options.Json = False) -> None:
    """The sets there are, and which of them reads new replies.

    Example: contact-ledger keywords list -o acme
    """
    from entrypoints.keywords import sets
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        known, standing = sets(ledger, organization)
    listed = [
        {
            "version": version,
            "words": len(one.keywords.words),
            "phrases": one.keywords.phrases is not None,
            "adopted": one.since,
            "standing": version == standing,
        }
        for version, one in known.items()
    ]
    if json:
        as_json(listed)
    else:
        columns = ["version", "words", "phrases", "adopted", "standing"]
        rows("Keyword sets", columns, [[one[name] for name in columns] for one in listed], empty="None.")


@app.command()
def show(version: _Version, organization: options.Organization, json: options.Json = False) -> None:
    """The words of a set by class.

    Example: contact-ledger keywords show 2026-2 -o acme
    """
    from entrypoints.keyword_sets import whole
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = whole(ledger, organization, version)
    if json:
        as_json({"version": version, "words": found.words, "phrases": found.phrases})
    else:
        facts(f"Keyword set {version}", [*found.words.items(), ("phrases", found.phrases)])


@app.command()
def read(
    text: Annotated[str, typer.Argument(help="A text; `-` reads it from standard input.")],
    organization: options.Organization,
    json: options.Json = False,
) -> None:
    """What a text would be read as now. Nothing is recorded.

    Example: contact-ledger keywords read "please stop texting me" -o acme
    """
    from dataclasses import asdict

    from entrypoints.keywords import settings_of
    from entrypoints.wiring import opened
    from ledger.rules.keyword_sets import standing_set
    from ledger.rules.keywords import read_reply

    with opened(within=organization) as ledger:
        keywords = standing_set(settings_of(ledger, organization))
    reading = asdict(read_reply(sys.stdin.read() if text == "-" else text, keywords))
    if json:
        as_json(reading)
    else:
        facts("Reading", reading.items())


@app.command()
def diff(
    version: _Version,
    organization: options.Organization,
    word: _Own = None,
    json: options.Json = False,
) -> None:
    """Which earlier replies would be read otherwise, and whose sendability that would change.

    With --word: under a set that is not adopted yet.

    Example: contact-ledger keywords diff 2026-2 -o acme
    """
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = _difference(ledger, organization, _set(ledger, organization, version, word))
    if json:
        as_json(found)
    else:
        _print_difference(found)


@app.command()
def adopt(
    version: _Version,
    organization: options.Organization,
    actor: _Actor,
    word: _Own = None,
    yes: options.Yes = False,
) -> None:
    """Read new replies under a set from now on. A set only adds words, and a stop is never moved.

    Example: contact-ledger keywords adopt 2026-2+spring -o acme --word stop=basta --actor ann --yes
    """
    from entrypoints.acting import Hand
    from entrypoints.keywords import adopt as adopt_set
    from entrypoints.keywords import proposed
    from entrypoints.wiring import opened

    words = _words(word)
    with opened(within=organization) as ledger:
        made = proposed(ledger, organization, version, words)
        if not yes:
            say(f"{version}: {len(made.words)} words would read new replies; --yes adopts it")
            return
        new = adopt_set(Hand(ledger, organization, actor=actor), version, words)
    say(f"{version}: adopted" if new else f"{version}: stands already")


@app.command()
def reclassify(
    version: _Version,
    organization: options.Organization,
    actor: _Actor,
    reason: Annotated[str, typer.Option(help="Why; kept with the approval.")],
    loosen: _Loosen = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Read earlier replies anew under a set. Without --yes only which would change is shown.

    Example: contact-ledger keywords reclassify 2026-2 -o acme --actor ann --reason "new set" --yes
    """
    from entrypoints.keywords import reclassify as reclassify_replies
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = _difference(ledger, organization, _set(ledger, organization, version, None))
        if not json:
            _print_difference(found)
        batch, done = None, 0
        if yes and found.counts(loosen=loosen):
            batch, done = reclassify_replies(ledger, organization, found, actor=actor, reason=reason, loosen=loosen)
    held = sum(one.loosens for one in found.changes) if not loosen else 0
    if json:
        as_json({"batch": batch, "read_anew": done, "held_back": held, "difference": found})
        return
    if held:
        say(f"{held} would grant something or take a stop back: only --loosen reads those anew")
    say(f"{done} read anew under batch {batch}" if batch else "nothing was read anew; --yes does it")


def _words(given: list[str] | None) -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for one in given or []:
        kind, equals, word = one.partition("=")
        if not equals:
            raise typer.BadParameter("--word reads class=word, such as stop=basta")
        words[kind] = (*words.get(kind, ()), word)
    return words


def _set(ledger: "Service", organization: str, version: str, word: list[str] | None) -> "KeywordSet":
    from entrypoints.keywords import known_set, proposed

    if word:
        return proposed(ledger, organization, version, _words(word))
    return known_set(ledger, organization, version)


def _difference(ledger: "Service", organization: str, keywords: "KeywordSet") -> "Difference":
    from entrypoints.keywords import difference

    with progress() as display:
        task = display.add_task("reading replies", total=None)
        return difference(ledger, organization, keywords, lambda replies: display.update(task, completed=replies))


def _change(one: "Changed") -> Iterator[str]:
    yield shown(one.received_at)
    by = f"{one.confidence}: {one.matched}" if one.matched else one.confidence
    yield f"{one.old} > {one.new} ({by})"
    yield from (f"opens {place}" for place in one.opens)
    yield from (f"stops {place}" for place in one.stops)


def _print_difference(found: "Difference") -> None:
    rows(
        f"Read otherwise under {found.keywords}",
        ["reply", "when it came, how it would be read, what that changes"],
        [(one.reply_event_id, "\n".join(_change(one))) for one in found.changes],
        empty="Every reply reads the same.",
    )
    say(
        f"{found.replies} replies, {len(found.changes)} change; {found.unreadable} without a readable text, "
        f"{found.by_person} read by a person and left as they are"
    )
