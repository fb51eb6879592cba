"""Long-running processes, and the database's schema. A wrong setting is told before what is heavy is imported."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, say

if TYPE_CHECKING:
    from entrypoints.settings import Settings


def migrate(json: options.Json = False) -> None:
    """Bring the database to this version's schema, as its owner (LEDGER_OWNER_DATABASE_URL).

    Example: contact-ledger migrate
    """
    from entrypoints.wiring import migrated

    applied = migrated(_settings())
    if json:
        as_json({"applied": applied})
        return
    for file in applied:
        say(f"applied {file}")
    say("The schema is up to date.")


def demo(
    once: Annotated[bool, typer.Option("--once", help="Report in one JSON line on stdout and end.")] = False,
    messages: Annotated[int | None, typer.Option(min=1, help="Messages of the day; absent: 22,000.")] = None,
    data: Annotated[Path, typer.Option(help="Where the ledger's data are kept for the next run.")] = Path(".demo"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the HTTP service; 0: any free one.")] = 0,
) -> None:
    """Run a ledger on this machine alone, with a realistic day of traffic, and stay up until Ctrl-C.

    Example: contact-ledger demo --once
    """
    from entrypoints.demo.run import DAY, run_demo
    from entrypoints.logs import configure

    configure("error")
    raise typer.Exit(run_demo(once=once, messages=messages or DAY, data=data, port=port))


def consume() -> None:
    """Take messages from Kafka (LEDGER_TOPICS) and record them, until told to stop.

    Example: LEDGER_GROUP=contact-ledger contact-ledger consume
    """
    settings = _settings()
    from entrypoints.workers import consume as work

    work(settings)


def project() -> None:
    """Keep the tables that people read, until told to stop.

    Example: contact-ledger project
    """
    settings = _settings()
    from entrypoints.workers import project as work

    work(settings)


def publish() -> None:
    """Publish events and changed statuses to Kafka, until told to stop.

    Example: contact-ledger publish
    """
    settings = _settings()
    from entrypoints.workers import publish as work

    work(settings)


def serve() -> None:
    """Answer HTTP (LEDGER_HTTP_HOST, LEDGER_HTTP_PORT) until told to stop.

    Example: LEDGER_HTTP_PORT=8080 contact-ledger serve
    """
    settings = _settings()
    from entrypoints.api.server import serve as work

    work(settings)


def unsubscribe_service() -> None:
    """Answer unsubscribe and confirmation links alone, which may be public, until told to stop.

    Listens on LEDGER_HTTP_HOST, LEDGER_HTTP_PORT; needs LEDGER_LINK_KEYS and LEDGER_PUBLIC_URL. With these two set
    `serve` answers the same links beside the API.

    Example: LEDGER_HTTP_PORT=8090 contact-ledger unsubscribe-service
    """
    settings = _settings()
    from entrypoints.api.server import serve_links as work

    work(settings)


def run() -> None:
    """Run consume, project, publish and serve together, for small installations.

    Ends when told to, or when one of them ends by itself; then the others are stopped. With LEDGER_PROBE_PORT set,
    consume answers probes there, project and publish on the two ports after it.

    Example: contact-ledger run
    """
    settings = _settings()
    from entrypoints.processes import run_together
    from entrypoints.wiring import checked

    checked(settings)
    kafka, first = settings.brokers, settings.probe_port
    workers = {
        command: {} if first is None else {"LEDGER_PROBE_PORT": str(first + place)}
        for place, command in enumerate(("consume", "project", "publish"))
    }
    say(f"consuming {', '.join(settings.topics)} from {kafka}")
    run_together({**workers, "serve": {}})


def send(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="CloudEvents, one a line; `-` is standard input.")],
    topic: Annotated[str | None, typer.Option(help="Topic to send to; absent: the first of LEDGER_TOPICS.")] = None,
) -> None:
    """Publish messages from JSON lines to Kafka, as any producer would.

    A topic that there is not is refused, unless LEDGER_TOPICS names it: nobody would read it.

    Example: contact-ledger send signups.jsonl
    """
    from contextlib import closing

    from consumers.broker import Producer, missing_topics
    from consumers.sending import read_lines
    from consumers.sending import send as send_all
    from entrypoints.wiring import secrets

    settings = _settings()
    ids, _ = secrets(settings)
    if topic is not None and topic not in settings.topics and missing_topics(settings.brokers, [topic]):
        raise typer.BadParameter(
            f"--topic: there is none of this name; LEDGER_TOPICS: {', '.join(settings.topics)}"
        )
    with closing(Producer(settings.brokers)) as producer, progress() as shown:
        task = shown.add_task("sending", total=None)
        outgoing = read_lines(file, topic or settings.topics[0], ids)
        sent = send_all(producer, outgoing, lambda count: shown.update(task, completed=count))
    say(f"sent {sent:,} messages")


def _settings() -> "Settings":
    from entrypoints.logs import configure
    from entrypoints.settings import load

    settings = load()
    configure(settings.log_level)
    return settings
