"""Long-running processes, and the database's schema."""

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, say


def migrate(json: options.Json = False) -> None:
    """Bring the database to this version's schema, as its owner (LEDGER_OWNER_DATABASE_URL).

    Example: contact-ledger migrate
    """
    from entrypoints.settings import load
    from entrypoints.wiring import migrated

    applied = migrated(load())
    if json:
        as_json({"applied": applied})
        return
    for file in applied:
        say(f"applied {file}")
    say("The schema is up to date.")


def serve() -> None:
    """Answer HTTP until told to stop.

    Example: LEDGER_HTTP_PORT=8080 contact-ledger serve
    """
    from entrypoints.api.server import serve as serve_http
    from entrypoints.logs import configure
    from entrypoints.settings import load

    settings = load()
    configure(settings.log_level)
    serve_http(settings)
