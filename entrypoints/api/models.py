"""What may be asked over HTTP; what is answered is in `entrypoints.shapes`."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ledger.events.vocabulary import CHANNELS, KINDS, PURPOSES
from schemas.message import moment

MAX_IDENTIFIERS: Final = 1000
MAX_VALUE: Final = 4096

Kind = Literal[KINDS]  # type: ignore[valid-type]
Channel = Literal[CHANNELS]  # type: ignore[valid-type]
Purpose = Literal[PURPOSES]  # type: ignore[valid-type]
Scope = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9.-]+(/[a-z0-9.-]+){0,3}$",
        max_length=400,
        description="organization/merchant/sender/list, as long as needed",
        examples=["acme/shop/-/news"],
    ),
]
Id = Annotated[UUID, Field(strict=False)]


def _moment(given: Any) -> Any:
    """A number is no moment, though pydantic reads one as seconds or milliseconds."""
    if not isinstance(given, str):
        raise ValueError("an RFC 3339 timestamp with its offset is needed")
    return moment(given)


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class Asked(BaseModel):
    """Base of what is sent to us: a misspelt field is noticed and refused, and so is "5" for 5."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class InQuery(Asked):
    """Base of what is asked for in an address, where everything is text."""

    model_config = ConfigDict(strict=False)


class IdentifierGiven(Asked):
    """An identifier by kind and value, or by its id."""

    kind: Kind | None = Field(None, examples=["email"])
    value: str | None = Field(None, max_length=MAX_VALUE, examples=["ann@example.com"])
    id: Id | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "IdentifierGiven":
        by_value = self.kind is not None and self.value is not None
        if by_value == (self.id is not None) or (self.id is not None and (self.kind or self.value)):
            raise ValueError("give either `kind` and `value`, or `id`")
        return self


class ValueGiven(Asked):
    """An identifier by kind and value."""

    kind: Kind = Field(examples=["phone"])
    value: str = Field(max_length=MAX_VALUE, examples=["+14155550100"])


class SendableQuestion(Asked):
    """May this be sent, on this channel, in the name of this scope, for this purpose?"""

    channel: Channel = Field(examples=["email"])
    scope: Scope
    purpose: Purpose = Field(examples=["marketing"])
    identifiers: list[IdentifierGiven] = Field(min_length=1, max_length=MAX_IDENTIFIERS)
    at: Moment | None = Field(None, description="the moment asked about; absent: now")
    known_at: Moment | None = Field(None, description="as the ledger knew it then; absent: as it knows now")
