"""Whether the process lives, whether it can answer, and its figures."""

from contextlib import suppress

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from entrypoints import clock_figures
from entrypoints.api.auth import Ledger
from entrypoints.health import Readiness, readiness
from ledger.errors import LogUnavailable

router = APIRouter(tags=["operations"])


@router.get("/livez")
def livez() -> dict[str, bool]:
    """The process lives."""
    return {"alive": True}


@router.get("/readyz")
def readyz(ledger: Ledger) -> Readiness:
    """Whether questions are answered (503: they are not), and whether lists or intake lag."""
    return readiness(ledger)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(ledger: Ledger) -> Response:
    """Figures in the Prometheus text format."""
    with suppress(LogUnavailable):
        readiness(ledger)
        clock_figures.set_figures(ledger)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
