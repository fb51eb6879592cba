"""Where a page of a list ends, as one text: who sends it back gets what follows."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ledger.errors import MessageRefused

Key = TypeVar("Key", UUID, int)


def written(moment: datetime, key: UUID | int) -> str:
    """The end of a page whose last row stands at this moment, under this key."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {key}".encode()).decode()


def read(
    end: str, key: Callable[[str], Key], mend: str = "after: must be the `after` of an earlier page"
) -> tuple[datetime, Key]:
    """The moment and the key of an end. Raises MessageRefused that says what to `mend`."""
    try:
        moment, _, text = base64.urlsafe_b64decode(end.encode()).decode().partition(" ")
        return datetime.fromisoformat(moment), key(text)
    except ValueError:
        raise MessageRefused("invalid-request", mend) from None
