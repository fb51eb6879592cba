"""Whether a click looks like a mail scanner's and not a person's (beyond 13; Mailtrain#1195, Rock#7034).

A suspicion never stops an opt-out: it is a flag by which a burst of them is found and taken back.
"""

from collections.abc import Mapping
from typing import Any, Final

FLAG: Final = "scanner"
"""The envelope's flag on an opt-out under suspicion."""
CLICKS: Final = frozenset({"link", "one_click", "preference_page"})
"""Opt-out methods that a program following links can trigger."""

SECONDS: Final = 10
"""Within so many seconds of sending hardly anybody has opened a message and clicked in it."""
_LINKS: Final = 3
"""So many links of one message within a second are followed by a program."""
_SCANNERS: Final = (
    "barracuda",
    "bingpreview",
    "bitdefender",
    "cloudmark",
    "crawl",
    "forcepoint",
    "googleimageproxy",
    "headless",
    "ironport",
    "mimecast",
    "phantomjs",
    "proofpoint",
    "safelinks",
    "skypeuripreview",
    "slackbot",
    "sophos",
    "spider",
    "symantec",
    "trendmicro",
    "urldefense",
    "yahoomailproxy",
    "zscaler",
)
"""Parts of the user agents with which mail filters and previews call themselves."""
_PROGRAMS: Final = (
    "bot",
    "curl/",
    "go-http-client",
    "java/",
    "libwww",
    "okhttp",
    "preview",
    "python-",
    "scan",
    "wget/",
)
"""Parts of the user agents of programs at large: no person's, but also those of honest relays."""


def is_scanner(user_agent: str) -> bool:
    """Whether this calls itself a mail filter, a preview or a crawler."""
    return any(name in user_agent.lower() for name in _SCANNERS)


def suspicion(evidence: Mapping[str, Any]) -> str | None:
    """What of these circumstances is a scanner's: `http_method`, `user_agent`, `links`, `delay`; None: nothing.

    Evidence read: `http_method`, `user_agent`, `seconds_after_send`, `links_within_second` (of the same message).
    What is missing, or not of its type, says nothing.
    """
    method, agent = evidence.get("http_method"), evidence.get("user_agent")
    if isinstance(method, str) and method.upper() in ("HEAD", "OPTIONS"):
        return "http_method"
    if isinstance(agent, str) and (is_scanner(agent) or any(word in agent.lower() for word in _PROGRAMS)):
        return "user_agent"
    links, seconds = _number(evidence.get("links_within_second")), _number(evidence.get("seconds_after_send"))
    if links is not None and links >= _LINKS:
        return "links"
    if seconds is not None and 0 <= seconds < SECONDS:
        return "delay"
    return None


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
