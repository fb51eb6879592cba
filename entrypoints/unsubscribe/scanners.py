"""Clicks that look like a mail scanner's: still opt-outs, but flagged, so that they can be found and taken back."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ledger.rules.scanners import SECONDS, is_scanner

_HASTE: Final = timedelta(seconds=SECONDS)
"""A link clicked sooner after its issue has hardly been read by a person."""
_GLIMPSE: Final = timedelta(seconds=1)
"""A page answered sooner than this was not read."""
_REMEMBERED: Final = 100_000


class Glances:
    """When each link was last looked at, by HEAD and by GET; the oldest are forgotten. For many threads."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, dict[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, link: str, http_method: str, at: datetime) -> None:
        with self._lock:
            self._seen.setdefault(link, {})[http_method] = at
            self._seen.move_to_end(link)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def of(self, link: str) -> Mapping[str, datetime]:
        """HTTP method → when."""
        with self._lock:
            return dict(self._seen.get(link, {}))


def suspicions(
    user_agent: str, *, one_click: bool, since_issue: timedelta, glances: Mapping[str, datetime], now: datetime
) -> list[str]:
    """Why this POST looks like a machine's that follows every link; none where it does not.

    A one-click POST comes from the mail provider's machine, so there only what calls itself a scanner counts,
    and a look at the page before, which no provider takes.
    """
    looked = glances.get("GET")
    found = {
        "user_agent": is_scanner(user_agent) or (not one_click and "mozilla/" not in user_agent.lower()),
        "haste": since_issue < _HASTE,
        "head_before": "HEAD" in glances,
        "get_before": looked is not None and (one_click or now - looked < _GLIMPSE),
    }
    return [name for name, holds in found.items() if holds]
