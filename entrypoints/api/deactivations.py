"""Carriers' files of deactivated, recycled and ported numbers (beyond 23): shown first, recorded once."""

from typing import Annotated, BinaryIO, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.bodies import CSV, laid_aside
from entrypoints.api.problems import invalid
from entrypoints.deactivations import Columns, Counts, file_hash, take

SHOWN: Final = 1_000

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["messages"])
_Column = Annotated[str | None, Query(max_length=200, description="name, or number from 1")]


class RowRefused(BaseModel):
    """A line that nothing could be recorded of, and why."""

    line: int
    reason: str


class FileTaken(BaseModel):
    """What became, or would become, of a file's rows."""

    file: str = Field(description="SHA-256, by which `reversals` take its opt-outs back")
    dry_run: bool
    rows: int
    outcomes: dict[str, int]
    refused: dict[str, int] = Field(description="reason → rows")
    refused_rows: list[RowRefused] = Field(description=f"the first {SHOWN:,}")


@router.post(
    "/deactivations",
    openapi_extra={"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}},
)
def take_deactivations(
    file: Annotated[BinaryIO, Depends(laid_aside("messages"))],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("messages"))],
    number_column: _Column = None,
    date_column: _Column = None,
    status_column: _Column = None,
    all: Annotated[
        Literal["deactivated", "recycled", "ported"] | None, Query(description="what every row is")
    ] = None,
    known_only: Annotated[bool, Query(description="leave out numbers the ledger never heard of")] = False,
    record: Annotated[bool, Query(description="absent: nothing is recorded, only looked at")] = False,
) -> FileTaken:
    """Opts deactivated numbers out and opens a new epoch of recycled ones. Sent again it records nothing twice."""
    if all is not None and status_column is not None:
        raise invalid(("all", "give either `all` or `status_column`"))
    columns = Columns(number_column, date_column, status_column, all)
    counts = Counts()
    refused: list[RowRefused] = []
    for portion in take(ledger, caller.organization, file, columns, known_only=known_only, dry_run=not record):
        counts.add(portion)
        missing = SHOWN - len(refused)
        bad = [RowRefused(line=one.line, reason=one.detail) for one in portion if one.outcome == "refused"]
        refused += bad[:missing]
    return FileTaken(
        file=file_hash(file),
        dry_run=not record,
        rows=counts.rows,
        outcomes=counts.outcomes,
        refused=counts.refused,
        refused_rows=refused,
    )
