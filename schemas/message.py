"""What all message data share, and the field types they are made of.

Unknown fields are ignored, since fields may be added; wrong types are refused. In messages that restrict, a field
that cannot be read becomes None instead of failing the message (`Lenient…`): only organization and identifier must
be readable, so that no opt-out is lost to a typo. The JSON Schemas tell producers the whole contract all the same.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

Channel = Literal["email", "sms", "mms", "whatsapp", "viber", "voice", "web_push", "app_push", "telegram"]
Kind = Literal["email", "phone", "web_push", "app_push", "telegram", "external_id", "tracker"]
Purpose = Literal["marketing", "cart", "transactional"]

LONGEST_TEXT = 4096
MOST_EVIDENCE = 20

ORGANIZATION = r"^[a-z0-9][a-z0-9.-]{0,62}$"
SCOPE = r"^[a-z0-9.-]+(/[a-z0-9.-]+){0,3}$"
_LONGEST_SCOPE = 255

Organization = Annotated[str, StringConstraints(pattern=ORGANIZATION)]
Scope = Annotated[
    str,
    StringConstraints(pattern=SCOPE, max_length=_LONGEST_SCOPE),
    Field(description="organization/merchant/sender/list, as long as needed, `-` where a level is absent"),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
"""A code of somebody's own set; it is kept unsealed, so it has no room for an address."""
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Id = Annotated[UUID, Field(strict=False)]


def moment(text: str) -> datetime:
    """An RFC 3339 timestamp in UTC. Raises ValueError where it does not read or has no offset."""
    try:
        read = datetime.fromisoformat(text.upper())
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("an RFC 3339 timestamp with its offset is needed")


def _read_moment(value: Any) -> Any:
    return moment(value) if isinstance(value, str) else value


def _cut(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def _scalars(value: Any) -> Any:
    """What can be kept of evidence: the first 20 entries that are scalars of bearable size."""
    if not isinstance(value, dict):
        return None
    kept = ((key[:200], _cut(one)) for key, one in value.items() if not isinstance(one, dict | list))
    return dict([*kept][:MOST_EVIDENCE])


def _or_none(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    return core_schema.with_default_schema(handler(source), default=None, on_error="default")


OR_NONE = GetPydanticSchema(_or_none)
"""Makes a field None where its value cannot be read."""

Moment = Annotated[AwareDatetime, BeforeValidator(_read_moment)]
Evidence = Annotated[
    dict[Code, Text | int | float | bool | None],
    Field(
        max_length=MOST_EVIDENCE,
        description="scalars that prove it: form, notice, notice_hash, ip, user_agent, file, row, url, …",
    ),
]

LenientText = Annotated[Text | None, BeforeValidator(_cut), OR_NONE]
"""Text; cut where it is too long."""
LenientScope = Annotated[
    LenientText,
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": SCOPE, "maxLength": _LONGEST_SCOPE}, {"type": "null"}]}
    ),
]
"""Kept as it came: the translator reads as much of it as reads."""
LenientCode = Annotated[Code | None, OR_NONE]
LenientMoment = Annotated[Moment | None, OR_NONE]
LenientEvidence = Annotated[Evidence | None, BeforeValidator(_scalars), OR_NONE]


class Wire(BaseModel):
    """Frozen, strict about types, deaf to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Identifier(Wire):
    """A kind and a value as given; the ledger makes it canonical."""

    kind: Kind
    value: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
    verified: Annotated[bool | None, OR_NONE] = None


Identifiers = Annotated[list[Identifier], Field(min_length=1, max_length=50)]


class Message(Wire):
    """The data of every message names the organization."""

    organization: Organization


def required(*names: str) -> ConfigDict:
    """Tells producers, in the JSON Schema, that these fields belong to the message, though it is taken without."""
    return ConfigDict(json_schema_extra={"required": ["organization", *names]})


def either(*names: str, of: tuple[str, str] = ("contact_id", "identifier")) -> ConfigDict:
    """As `required`, with exactly one of the two fields `of`, on which the translator insists."""
    one_of: list[JsonValue] = [{"required": [name]} for name in of]
    return ConfigDict(json_schema_extra={"required": ["organization", *names], "oneOf": one_of})
