"""The attributes of a CloudEvent (1.0) as they are used here, whichever mode it came in."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, unsafe_hash=True)
class CloudEvent:
    """`time` is the text as sent; `data` the decoded JSON object; `traceparent` None unless it is one (W3C).

    `subject` and `dataschema` may be sent and say nothing to the ledger.
    """

    id: str
    source: str
    type: str
    data: dict[str, Any]
    time: str | None = None
    traceparent: str | None = None
