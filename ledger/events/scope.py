"""Scopes: paths `organization/merchant/sender/list`, `-` where a level is absent (DESIGN §2)."""

import re
from functools import lru_cache

_SEGMENT = re.compile(r"[a-z0-9.-]+\Z")
DEPTH = 4
LONGEST = 255
"""Characters of a scope: tables are keyed by it."""


@lru_cache(maxsize=1024)
def readable_prefix(raw: str | None, organization: str) -> tuple[str, bool]:
    """The longest part of `raw` that reads as a scope of `organization`, and whether that is all of it.

    What belongs to another organization, or does not read at all, leaves the organization itself.
    """
    segments = (raw or "").split("/")
    if segments[0] != organization:
        return organization, False
    kept = organization
    depth = 1
    for segment in segments[1:DEPTH]:
        if not _SEGMENT.match(segment) or len(kept) + 1 + len(segment) > LONGEST:
            break
        kept += f"/{segment}"
        depth += 1
    return trimmed(kept), depth == len(segments)


def trimmed(scope: str) -> str:
    """The scope without trailing `-` levels: `acme/shop/-` is `acme/shop`."""
    while scope.endswith("/-"):
        scope = scope[:-2]
    return scope


@lru_cache(maxsize=65_536)
def covers(wide: str, narrow: str) -> bool:
    """Whether `wide` is `narrow` or lies above it."""
    return narrow == wide or (narrow.startswith(wide) and narrow[len(wide)] == "/")


def related(one: str, other: str) -> bool:
    """Whether one of the two covers the other."""
    return covers(one, other) or covers(other, one)
