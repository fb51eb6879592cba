"""Profile edits."""

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.message import Code, Id, Identifier, Message, Text, either

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
Scalar = Text | int | float | bool | None
Value = (
    Scalar | Annotated[list[Scalar], Field(max_length=200)] | Annotated[dict[Name, Scalar], Field(max_length=50)]
)
Fields = Annotated[dict[Name, Value], Field(max_length=200)]


class Profile(Message):
    """Edits of a contact's fields: set replaces, append adds to a list, fill only where empty, remove clears."""

    model_config = either()

    identifier: Identifier | None = None
    contact_id: Id | None = None
    set: Fields = Field(default_factory=dict)
    append: Fields = Field(default_factory=dict)
    fill: Fields = Field(default_factory=dict)
    remove: Annotated[list[Name], Field(max_length=200)] = Field(default_factory=list)
    actor: Code | None = None
