"""How far Kafka's partitions are taken, and going on after messages were lost."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

if TYPE_CHECKING:
    from consumers.positions import Standing
    from entrypoints.wiring import Service

app = typer.Typer(no_args_is_help=True, help="Where the ledger stands in Kafka's partitions.")


@app.command()
def lag(json: options.Json = False) -> None:
    """Each inbound partition: the ledger's position, what the topic holds, and what is still to be taken.

    Example: contact-ledger positions lag
    """
    from entrypoints.wiring import opened

    with opened() as ledger:
        found = _standings(ledger)
    if json:
        as_json([_line(one) for one in found])
        return
    rows(
        "Positions",
        ["topic", "partition", "position", "start", "end", "lag", "lost"],
        [
            (
                one.span.key.topic,
                one.span.key.partition,
                one.position,
                one.span.start,
                one.span.end,
                one.lag,
                one.lost,
            )
            for one in found
        ],
        empty="The inbound topics do not exist: see LEDGER_TOPICS.",
    )


def _line(one: "Standing") -> dict[str, Any]:
    key, span = one.span.key, one.span
    place = {"topic": key.topic, "topic_id": key.topic_id, "partition": key.partition}
    return place | {
        "position": one.position,
        "start": span.start,
        "end": span.end,
        "lag": one.lag,
        "lost": one.lost,
    }


@app.command()
def accept(
    topic: Annotated[str, typer.Argument(help="Topic of the partition.")],
    partition: Annotated[int, typer.Argument(min=0, help="Number of the partition.")],
    yes: options.Yes = False,
) -> None:
    """Go on where the topic still has something, after messages were lost for good. Without --yes only says where.

    Example: contact-ledger positions accept contact-ledger.inbound 3 --yes
    """
    from consumers.positions import accept as accept_standing
    from entrypoints.wiring import opened

    with opened() as ledger:
        key = (topic, partition)
        found = [one for one in _standings(ledger) if (one.span.key.topic, one.span.key.partition) == key]
        if not found:
            raise typer.BadParameter(f"{topic}/{partition} is no partition of the inbound topics (LEDGER_TOPICS)")
        standing = found[0]
        say(f"{topic}/{partition}: the ledger stands at {standing.position}, ")
        say(f"the topic holds {standing.span.start} to {standing.span.end}")
        if not standing.lost:
            say("Nothing was lost: there is nothing to accept.")
        elif not yes:
            say("--yes accepts that what lies between is lost")
        else:
            say(f"The ledger goes on at {accept_standing(ledger.writing, standing)}.")


def _standings(ledger: "Service") -> "list[Standing]":
    from consumers.broker import spans
    from consumers.positions import standings

    found = spans(ledger.settings.brokers, ledger.settings.topics)
    stored = {}
    for cluster in {span.key.cluster for span in found}:
        stored.update(ledger.reading.positions(cluster, ledger.settings.topics))
    return standings(stored, found)
