"""Works out in a process of its own what adopting something would change, and keeps it for every process to read.

The process needs nothing of the one that began it but the settings: killed, that one leaves it to its end; stopped
in order, it ends it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from multiprocessing import active_children, get_context
from typing import Any, Final
from uuid import UUID

import structlog

from entrypoints import identity_forecast, keyword_forecast, policy_forecast
from entrypoints.forecast_telling import Found, Told
from entrypoints.logs import configure
from entrypoints.settings import Settings
from entrypoints.wiring import Service, opened
from ledger.errors import MessageRefused
from ledger.store import forecasts
from ledger.store.forecasts import Busy, Forecast, Kind

MOST_KEPT: Final = 50_000
"""Changes of one forecast that are kept one by one; all are counted."""
FRESH: Final = timedelta(days=1)
"""So long a forecast may lead to an adoption."""
_PORTION: Final = 500

Working = Callable[[Service, str, Mapping[str, Any], Told, Found], Mapping[str, Any]]
"""(ledger, organization, question, …) → the result."""
WORKING: Final[Mapping[Kind, Working]] = {
    "policy": policy_forecast.foresee,
    "keywords": keyword_forecast.foresee,
    "identity": identity_forecast.foresee,
}


def begin(ledger: Service, organization: str, kind: Kind, question: Mapping[str, Any], *, asked_by: str) -> UUID:
    """Begins a forecast and returns its id at once. Raises MessageRefused where too many run."""
    try:
        with ledger.writing.connection() as connection:
            made = forecasts.ask(connection, organization, kind, question, asked_by=asked_by, now=ledger.now())
    except Busy:
        raise MessageRefused(
            "busy", "compare: another comparison runs; it takes a minute, then ask again"
        ) from None
    active_children()  # gives those that ended back to the system
    get_context("spawn").Process(target=run, args=(ledger.settings, organization, made), daemon=True).start()
    return made


def get(ledger: Service, organization: str, forecast_id: UUID) -> Forecast:
    """One forecast as it stands now: one whose process fell silent has failed. Raises NotFound."""
    with ledger.reading.connection() as connection:
        found = forecasts.get(connection, organization, forecast_id)
    return replace(found, state=found.stands(ledger.now()))


def latest(ledger: Service, organization: str, kind: Kind) -> list[Forecast]:
    """The latest forecasts of a kind, latest first."""
    with ledger.reading.connection() as connection:
        found = forecasts.latest(connection, organization, kind)
    now = ledger.now()
    return [replace(one, state=one.stands(now)) for one in found]


def require_seen(ledger: Service, found: Forecast) -> None:
    """Raises MessageRefused where the forecast is not done, was looked at by nobody, or is more than a day old."""
    if found.state != "done" or found.looked_at is None:
        raise MessageRefused("forecast", "forecast: look at what it would change first")
    if ledger.now() - found.asked_at > FRESH:
        raise MessageRefused("forecast", "forecast: is more than a day old; compare again")


def adopted(ledger: Service, found: Forecast, by: str) -> None:
    """Keeps that what it foresaw was adopted, so that it stays."""
    with ledger.writing.connection() as connection:
        forecasts.adopted(connection, found.id, by, ledger.now())


def looked(ledger: Service, found: Forecast) -> None:
    """Keeps that somebody sees what it found, where it is done."""
    if found.state == "done" and found.looked_at is None:
        with ledger.writing.connection() as connection:
            forecasts.looked(connection, found.id, ledger.now())


def run(settings: Settings, organization: str, forecast_id: UUID) -> None:
    """The process: works a forecast out to its end, whatever becomes of who asked."""
    configure(settings.log_level)
    with opened(settings, within=organization) as ledger:
        asked = get(ledger, organization, forecast_id)
        try:
            result = _worked_out(ledger, asked)
        except Exception as error:  # noqa: BLE001 — whatever it was, who waits is to be told
            structlog.get_logger().error("a forecast failed", forecast=str(forecast_id), error=type(error).__name__)
            result = None
        with ledger.writing.connection() as connection:
            forecasts.end(connection, forecast_id, result, ledger.now())


def _worked_out(ledger: Service, asked: Forecast) -> Mapping[str, Any]:
    """The result, the changes being kept as they are found."""
    portion: list[Mapping[str, Any]] = []
    kept = 0

    def keep() -> None:
        nonlocal kept
        with ledger.writing.connection() as connection:
            forecasts.found(connection, asked.id, kept + 1, portion)
        kept += len(portion)
        portion.clear()

    def found(change: Mapping[str, Any]) -> None:
        if kept + len(portion) < MOST_KEPT:
            portion.append(change)
        if len(portion) == _PORTION:
            keep()

    def told(part: float) -> None:
        with ledger.writing.connection() as connection:
            forecasts.tell(connection, asked.id, part, ledger.now())

    result = WORKING[asked.kind](ledger, asked.organization, asked.question, told, found)
    keep()
    return {**result, "kept": kept}
