"""One request as evidence: who asked, how, and how long after the link was made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

_LONGEST_AGENT: Final = 500


@dataclass(frozen=True, slots=True)
class Visit:
    """`link` is the reference of the token it came by."""

    link: str
    http_method: str
    user_agent: str
    ip: str | None
    at: datetime

    @property
    def evidence(self) -> dict[str, Any]:
        return {
            "http_method": self.http_method,
            "user_agent": self.user_agent[:_LONGEST_AGENT],
            "ip": self.ip,
            "link": self.link,
        }
