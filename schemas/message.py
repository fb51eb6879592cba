"""What all message data share, and the field types they are made of.

Unknown fields are ignored, since fields may be added. Fields of restrictive messages that cannot be read become
None instead of failing the message: only the identifier must be readable, so that no opt-out is lost to a typo.
"""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

ORGANIZATION = r"^[a-z0-9][a-z0-9.-]{0,62}$"
SCOPE = r"^[a-z0-9.-]+(/[a-z0-9.-]+){0,3}$"

Organization = Annotated[str, StringConstraints(pattern=ORGANIZATION)]
Text = Annotated[str, StringConstraints(max_length=4096)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Scope = Annotated[str, StringConstraints(pattern=SCOPE, max_length=260)]
Purposes = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]], Field(max_length=10)]


def _text_or_none(value: Any) -> Any:
    return value if isinstance(value, str) and len(value) <= 4096 else None


def _map_or_none(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) > 20:
        return None
    return {
        key: inner
        for key, inner in value.items()
        if isinstance(key, str) and (inner is None or isinstance(inner, str | int | float | bool))
    }


def _texts_or_none(value: Any) -> Any:
    return value if isinstance(value, list) and all(isinstance(one, str) for one in value) else None


Lenient = Annotated[Text | None, BeforeValidator(_text_or_none)]
"""Text, or None where it is missing, too long or no text at all."""
LenientTexts = Annotated[list[Text] | None, BeforeValidator(_texts_or_none)]
Evidence = Annotated[dict[str, str | int | float | bool | None] | None, BeforeValidator(_map_or_none)]
"""Up to 20 scalars that prove the event: form, notice, notice_hash, ip, user_agent, file, row, url …"""
Moment = Annotated[AwareDatetime, Field(strict=False)]


class Wire(BaseModel):
    """Frozen, strict about types, deaf to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Identifier(Wire):
    """A kind and a value as given; the ledger makes it canonical."""

    kind: Code
    value: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    verified: bool | None = None


class Data(Wire):
    """The data of every message names the organization."""

    organization: Organization
