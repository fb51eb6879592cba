"""Whole files answered over HTTP: the same rows with `sendable` and `reasons` beside them."""

import io
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, BinaryIO, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.bodies import CSV, laid_aside
from entrypoints.api.models import Channel, Moment, Purpose, Scope
from entrypoints.api.problems import invalid
from entrypoints.suppressing import MAGIC, asking, sheet, suppress
from entrypoints.wiring import Service
from ledger.events.scope import covers, trimmed
from ledger.suppressing import Question, question

PARQUET: Final = "application/vnd.apache.parquet"
_FILE: Final = {CSV: {"schema": {"type": "string"}}, PARQUET: {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["answers"])


@router.post(
    "/suppress",
    response_class=StreamingResponse,
    responses={200: {"content": _FILE, "description": "the same rows, `sendable` and `reasons` beside them"}},
    openapi_extra={"requestBody": {"required": True, "content": _FILE}},
)
def suppress_file(
    file: Annotated[BinaryIO, Depends(laid_aside("sendable"))],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("sendable"))],
    channel: Channel,
    scope: Annotated[Scope, Query()],
    purpose: Purpose,
    column: Annotated[str | None, Query(max_length=200, description="name, or number from 1")] = None,
    at: Moment | None = None,
    known_at: Moment | None = None,
) -> StreamingResponse:
    """May I send, for a CSV or Parquet file of identifiers. No row is dropped; what is no identifier gets no.

    An answer that breaks off is none: ask again.
    """
    if not covers(caller.organization, scope):
        raise invalid(("scope", f"must begin with `{caller.organization}`, the organization in the path"))
    asked = question(
        ledger.reading,
        ledger.ids,
        caller.organization,
        channel,
        trimmed(scope),
        purpose,
        now=ledger.now(),
        at=at,
        known_at=known_at,
    )
    kind = PARQUET if file.read(len(MAGIC)) == MAGIC else CSV
    file.seek(0)
    parts = _answered(ledger, asked, file, column)
    first = next(parts, b"")  # what is wrong with the file is told before the answer has begun
    return StreamingResponse(chain([first], parts), media_type=kind, headers={"Ledger-At": asked.at.isoformat()})


def _answered(ledger: Service, asked: Question, file: BinaryIO, column: str | None) -> Iterator[bytes]:
    written = _Drained()
    with asking(ledger, asked) as ask:
        for _ in suppress(sheet(file, written, asked.kind, column), ask, ahead=0):
            yield written.drained()
    yield written.drained()


class _Drained(io.RawIOBase, BinaryIO):
    """Takes what is written until it is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def drained(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
