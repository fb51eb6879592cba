"""The settings of an organization in the console: a page for each kind, read by all, changed by administrators."""

from entrypoints.console.settings import (
    calendar,
    channels,
    fields,
    identity,
    keys,
    keywords,
    overview,
    people,
    scopes,
)
from entrypoints.console.settings.frame import PLACE

__all__ = [
    "PLACE",
    "calendar",
    "channels",
    "fields",
    "identity",
    "keys",
    "keywords",
    "overview",
    "people",
    "scopes",
]
